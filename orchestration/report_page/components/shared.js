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
const help = (subject, text, sign = "?") => {
  const tip = element("span", { role: "tooltip", class: "tip" }, text)
  const button = element("button", { type: "button", class: "help", "aria-label": `Help for ${subject}` }, sign)
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
// What is not complete is hatched: the pattern that the charts name lies once in the page.
const SVG = "http://www.w3.org/2000/svg"
const HATCH = "inbox-hatch"
const drawHatch = () => {
  if (document.getElementById(HATCH)) return
  const drawn = (name, attributes, ...children) => {
    const made = document.createElementNS(SVG, name)
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
    made.append(...children)
    return made
  }
  const stripe = drawn("rect", { width: 2, height: 6, fill: "#808a99" })
  const pattern = { id: HATCH, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }
  document.body.append(
    drawn(
      "svg",
      { width: 0, height: 0, "aria-hidden": "true", style: "position: absolute" },
      drawn("defs", {}, drawn("pattern", pattern, stripe)),
    ),
  )
}
drawHatch()
