// The camera, and a field for a code that nothing reads: behind one button, open as long as one likes.
import "../qr-scanner.js";

export function startCamera(onText) {
  const scanner = document.querySelector("qr-scanner");
  const form = scanner.closest("form");
  form.addEventListener("submit", (event) => event.preventDefault());
  scanner.addEventListener("scan", (event) => {
    event.preventDefault(); // the form is not sent: the page asks itself
    const { text, source } = event.detail;
    scanner.input.value = "";
    onText(text, source === "typed" ? "gun" : source);
  });
  document.getElementById("gun-look").addEventListener("click", () => {
    const text = scanner.input.value.trim();
    scanner.input.value = "";
    scanner.input.blur();
    if (text) onText(text, "gun");
  });
}
