// Elements without markup in strings: everything that comes from Kafka becomes a text node.

type Child = Node | string | null | undefined;

export function $<E extends Element = HTMLElement>(selector: string, at: ParentNode = document): E {
  const found = at.querySelector<E>(selector);
  if (!found) throw new Error(`nothing matches ${selector}`);
  return found;
}

/** `el("div.row", { title: "…" }, "text", node)`. Keys with a dash are attributes, others are properties. */
export function el<E extends HTMLElement = HTMLElement>(tag: string, props: Record<string, unknown> = {}, ...kids: Child[]): E {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) {
    if (key.includes("-") || key === "role" || key === "scope" || key === "for") node.setAttribute(key, String(value));
    else (node as unknown as Record<string, unknown>)[key] = value;
  }
  node.append(...kids.filter(kid => kid !== null && kid !== undefined));
  return node as E;
}

export function svg<E extends SVGElement = SVGElement>(tag: string, attributes: Record<string, string | number>, ...kids: Node[]): E {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  node.append(...kids);
  return node as E;
}

export function icon(name: string): SVGElement {
  return svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `#i-${name}` }));
}

/** Changes text only when it differs: layout is not free. */
export function say(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Changes an attribute only when it differs. */
export function mark(node: Element, name: string, value: string): void {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}
