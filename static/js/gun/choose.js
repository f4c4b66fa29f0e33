// Which gun this screen stands at: chosen by a number key as well as by a finger.
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, select, textarea") || !/^(Digit|Numpad)[1-9]$/.test(event.code)) return;
  const wanted = event.code.slice(-1);
  const links = [...document.querySelectorAll("[data-gun]")];
  (links.find((link) => link.dataset.gun === wanted) ?? links[Number(wanted) - 1])?.click();
});
