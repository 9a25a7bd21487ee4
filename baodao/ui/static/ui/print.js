/* The print button of A4 pages. */
document.documentElement.classList.add("js");
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
