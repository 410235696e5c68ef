// One step kept on the phone while there is no signal, and sent when there is again. It holds the
// number of a task and a verb, never anything about a patient. The version that travels with it
// makes sure that nothing newer is overwritten.

const KEY = "almoner-kept-step";

export function kept(storage = localStorage) {
  try {
    return JSON.parse(storage.getItem(KEY));
  } catch {
    return null;
  }
}

export function keep(step, storage = localStorage) {
  storage.setItem(KEY, JSON.stringify(step));
}

export function drop(storage = localStorage) {
  storage.removeItem(KEY);
}

// Sends one step. "sent" when the server has answered anything at all, "no signal" when it has not:
// a refusal is an answer too, and the fresh page says why.
export async function send(step, fetchIt = fetch) {
  try {
    const answer = await fetchIt(step.action, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: step.body,
    });
    return answer.status === 503 ? "no signal" : "sent";
  } catch {
    return "no signal";
  }
}
