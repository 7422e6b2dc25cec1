// A menu that is open closes by Escape, and where somebody goes on elsewhere. Without this script its own button closes it.
const open = () => document.querySelector(".groups details[open]");

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && open();
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
for (const what of ["click", "focusin"]) {
  document.addEventListener(what, (event) => {
    const menu = open();
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
}
