// The choice of colours: kept in a cookie that the server reads, so that no page flashes.

const YEAR_S = 31_536_000;

function choose(theme) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `almoner_theme=${theme}; Path=/; Max-Age=${YEAR_S}; SameSite=Strict${secure}`;
  document.documentElement.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
  }
}

export function startThemes() {
  const choice = document.querySelector("[data-themes]");
  if (!choice) return;
  choice.hidden = false;
  choice.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (button) choose(button.dataset.themeChoice);
  });
}
