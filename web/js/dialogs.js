// Dialogs: focus goes in, Escape or the way out brings it back to where it was. Without this
// script the link to a dialog's id shows it as well.

function open(id) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  dialog.showModal();
}

export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      event.preventDefault();
      open(opener.dataset.opens);
      return;
    }
    const closer = event.target.closest("[data-closes]");
    if (closer) {
      event.preventDefault();
      document.getElementById(closer.dataset.closes)?.close();
      history.replaceState(null, "", location.pathname + location.search);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === " " && event.target.matches?.("a[role=button]")) {
      event.preventDefault();
      event.target.click();
    }
  });
  // The board leads to a task's dialog by its address, such as /tasks/4466#assign.
  if (location.hash.length > 1) open(location.hash.slice(1));
}
