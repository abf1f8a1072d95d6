// Draws cards from the data that Python gives.
const WIDTH = 120
const HEIGHT = 30
const line = (values, bounds, className, span) => {
  const [low, high] = bounds
  const x = (position) => 2 + (position * (WIDTH - 4)) / Math.max(1, span - 1)
  const y = (value) => HEIGHT - 3 - ((value - low) / (high - low || 1)) * (HEIGHT - 6)
  let path = ""
  let alone = ""
  values.forEach((value, position) => {
    if (value === null) return
    const isAfter = (values[position - 1] ?? null) !== null
    const isBefore = (values[position + 1] ?? null) !== null
    const point = `${x(position).toFixed(1)} ${y(value).toFixed(1)}`
    if (isAfter || isBefore) path += `${isAfter ? "L" : "M"}${point}`
    else alone += `M${point}h.01`
  })
  return [drawn(path, className), drawn(alone, `${className} alone`)]
}
const drawn = (path, className) => {
  const made = document.createElementNS(SVG, "path")
  made.setAttribute("d", path)
  made.setAttribute("class", className)
  return made
}
const sparkline = (card) => {
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`)
  svg.setAttribute("preserveAspectRatio", "none")
  svg.setAttribute("aria-hidden", "true")
  const known = [...card.course, ...card.course_compared].filter((value) => value !== null)
  const bounds = [Math.min(...known, card.floor), Math.max(...known)]
  const span = Math.max(card.course.length, card.course_compared.length)
  if (card.course_compared.length > 1) svg.append(...line(card.course_compared, bounds, "compared", span))
  if (card.course.length > 1) svg.append(...line(card.course, bounds, "course", span))
  return svg
}
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".frame")
  const active = root.getRootNode().activeElement?.getAttribute("aria-label")
  const value = (card) => {
    const isChosen = card.metric === data.chosen
    const button = element(
      "button",
      {
        type: "button",
        class: "value",
        title: isChosen ? "Hide the threads behind it" : "Show the threads behind it",
        "aria-label": `${card.title}: ${card.value}; the threads behind it`,
        "aria-pressed": isChosen ? "true" : "false",
      },
      card.value,
    )
    button.onclick = () => setTriggerValue("chosen", card.metric)
    return button
  }
  const shown = (card) =>
    element(
      "li",
      { class: `card${card.metric === data.chosen ? " chosen" : ""}`, "data-metric": card.metric },
      element("div", { class: "label" }, element("span", { class: "title" }, card.title), help(card.title, card.help)),
      element("div", { class: "value-line" }, value(card), ...(card.restated ? [help(`${card.title}, as first published`, card.restated, "↻")] : [])),
      element(
        "div",
        { class: "against" },
        element("span", { class: `change ${card.tone}` }, card.change),
        element("span", { class: "before" }, card.before),
      ),
      ...(card.course.filter((value) => value !== null).length > 1 ? [sparkline(card)] : []),
    )
  root.replaceChildren(element("ul", { "aria-label": data.caption }, ...data.cards.map(shown)))
  if (active) [...root.querySelectorAll("[aria-label]")].find((e) => e.getAttribute("aria-label") === active)?.focus()
}
