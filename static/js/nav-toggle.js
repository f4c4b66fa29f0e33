// The menu button of a narrow screen: opens and closes the navigation it controls.
const toggle = document.querySelector("[data-toggle-nav]");
const nav = toggle && document.getElementById(toggle.getAttribute("aria-controls"));

function show(open) {
  document.body.classList.toggle("nav-open", open);
  toggle.setAttribute("aria-expanded", String(open));
}

if (nav) {
  document.body.classList.add("nav-managed");
  toggle.addEventListener("click", () => {
    const open = toggle.getAttribute("aria-expanded") !== "true";
    show(open);
    if (open) nav.querySelector("a")?.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && toggle.getAttribute("aria-expanded") === "true") {
      show(false);
      toggle.focus();
    }
  });
}
