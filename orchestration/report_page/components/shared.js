// Makes an element; whatever is shown is set as text, never as HTML.
const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== "") made.setAttribute(key, value)
  }
  made.append(...children)
  return made
}
// A question mark that tells on hover and focus, and stays within the window.
const help = (subject, text) => {
  const tip = element("span", { role: "tooltip", class: "tip" }, text)
  const button = element("button", { type: "button", class: "help", "aria-label": `Help for ${subject}` }, "?")
  const made = element("span", { class: "helped" }, button, tip)
  const place = () => {
    tip.style.translate = ""
    const box = tip.getBoundingClientRect()
    const over = Math.max(0, box.right + 12 - window.innerWidth)
    tip.style.translate = `${-Math.min(over, box.left - 8)}px`
  }
  button.addEventListener("focus", place)
  made.addEventListener("mouseenter", place)
  return made
}
