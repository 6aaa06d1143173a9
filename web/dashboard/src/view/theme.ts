// Light and dark: the system's choice until the reader makes one.
import { drop, keep, kept } from "./store.ts";

export function watchTheme(changed: () => void): { toggle(): void } {
  const system = matchMedia("(prefers-color-scheme: dark)"), root = document.documentElement;
  const set = (dark: boolean) => {
    root.dataset.theme = dark ? "dark" : "light";
    changed();
  };
  system.addEventListener("change", () => kept("theme") || set(system.matches));
  return {
    toggle() {
      const dark = root.dataset.theme !== "dark";
      if (dark === system.matches) drop("theme");
      else keep("theme", dark ? "dark" : "light");
      set(dark);
    },
  };
}
