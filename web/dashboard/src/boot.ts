// Runs before the first paint: theme, and a guard for uPlot, which throws where the browser's language is no valid tag.
(() => {
  let theme = "";
  try {
    theme = localStorage.getItem("tailrace.theme") ?? "";
  } catch {
    // No storage: the system decides.
  }
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  try {
    new Intl.NumberFormat(navigator.language);
  } catch {
    Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
  }
})();
