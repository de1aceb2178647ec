// Small comforts on pages that work without them: menus that close, copy buttons, a guessed time zone, confirmations,
// pings whose steps appear as they are taken.
"use strict";

document.documentElement.classList.add("js");

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.drop[open]")) {
    if (!except || !menu.contains(except)) menu.open = false;
  }
}

// In a guide each value one would type elsewhere gets a button of its own.
function offerCopies() {
  for (const code of document.querySelectorAll("[data-copy-codes] code")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy-code";
    button.title = "Copy";
    button.append(code.cloneNode(true));
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent.trim());
      button.dataset.copied = "yes";
      window.setTimeout(() => { delete button.dataset.copied; }, 1500);
    });
    code.replaceWith(button);
  }
}

async function copyText(button) {
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
  const label = button.querySelector("[data-copy-label]");
  const before = label.textContent;
  label.textContent = "Copied";
  window.setTimeout(() => { label.textContent = before; }, 2000);
}

function togglePassword(button) {
  const input = document.getElementById(button.dataset.reveal);
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
  button.textContent = shown ? "Show" : "Hide";
}

function guessTimeZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const select of document.querySelectorAll("select[data-guess-zone]")) {
    const known = Array.from(select.options).some((option) => option.value === zone);
    if (known && select.dataset.guessZone === "yes") select.value = zone;
  }
}

// The server sends the list of steps anew after each, separated by \x1e, and at the end the whole panel.
async function readPieces(answer, show) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const pieces = (rest + read.value).split("\x1e");
    rest = pieces.pop();
    if (pieces.length) show(pieces.at(-1));
  }
  return rest;
}

async function pingLive(form) {
  const panel = form.closest(".ping");
  if (panel.classList.contains("htmx-request")) return;
  panel.classList.add("htmx-request");
  form.querySelector("button").disabled = true;
  const steps = panel.querySelector("[data-ping-steps]");
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Live": "1" } });
  if (answer.redirected || !answer.ok) return window.location.assign(answer.redirected ? answer.url : window.location.href);
  const whole = await readPieces(answer, (piece) => { steps.innerHTML = piece; });
  htmx.swap(panel, whole, { swapStyle: "outerHTML" });
  htmx.trigger(document.body, "pinged"); // what depends on it, such as a sync's checklist, looks again
}

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  const copy = event.target.closest("[data-copy]");
  if (copy) copyText(copy);
  const reveal = event.target.closest("[data-reveal]");
  if (reveal) togglePassword(reveal);
  if (event.target.closest("[data-print]")) window.print();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.drop[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.matches("[data-ping]")) return;
  event.preventDefault();
  pingLive(event.target);
});

document.addEventListener("ping", () => document.querySelectorAll("[data-ping]").forEach(pingLive));

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

document.addEventListener("DOMContentLoaded", () => {
  guessTimeZone();
  offerCopies();
  document.querySelectorAll("[data-ping-now]").forEach(pingLive);
});
