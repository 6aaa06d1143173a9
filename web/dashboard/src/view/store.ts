// localStorage, where there is any: private windows and full disks are no reason to fail.

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`tailrace.${name}`, value);
  } catch {
    // Not kept; the page works all the same.
  }
}

export function kept(name: string): string {
  try {
    return localStorage.getItem(`tailrace.${name}`) ?? "";
  } catch {
    return "";
  }
}

export function drop(name: string): void {
  try {
    localStorage.removeItem(`tailrace.${name}`);
  } catch {
    // It was never there.
  }
}
