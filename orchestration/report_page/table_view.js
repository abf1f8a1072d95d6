// Draws a table from the data that Python gives, and tells Python what is clicked.
// Everything shown is set as text, never as HTML: names and labels come from the exports.
export default function ({ data, parentElement, setTriggerValue }) {
  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name)
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== undefined && value !== "") made.setAttribute(key, value)
    }
    made.append(...children)
    return made
  }
  const root = parentElement.querySelector(".frame")
  const active = root.getRootNode().activeElement?.dataset?.focus
  const scrolled = [root.scrollLeft, root.scrollTop]

  const heading = (column) => {
    const order = data.order
    const isSorted = order?.column === column.key
    const direction = order?.is_descending ? "descending" : "ascending"
    const cell = element("th", {
      scope: "col",
      class: column.is_text ? "text" : "number",
      title: column.help,
      "aria-sort": isSorted ? direction : undefined,
    })
    if (!order) {
      cell.append(column.title)
      return cell
    }
    const button = element(
      "button",
      { type: "button", "data-focus": `sort ${column.key}`, "aria-description": column.help },
      column.title,
      element("span", { class: "arrow", "aria-hidden": "true" }, isSorted ? (order.is_descending ? "↓" : "↑") : "↕"),
    )
    if (isSorted) button.classList.add("sorted")
    button.onclick = () => setTriggerValue("sorted", column.key)
    cell.append(button)
    return cell
  }

  const line = (row) => {
    const made = element("tr", { "aria-current": row.id !== undefined && row.id === data.chosen ? "true" : undefined })
    row.cells.forEach((cell, position) => {
      const column = data.columns[position]
      const content = row.id !== undefined && position === 0
        ? element("button", { type: "button", class: "choose", "data-focus": `row ${row.id}` }, cell.text)
        : cell.title
          ? element("abbr", { title: cell.title }, cell.text)
          : cell.text
      made.append(
        element(
          position === 0 ? "th" : "td",
          { class: column.is_text ? "text" : "number", scope: position === 0 ? "row" : undefined },
          content,
        ),
      )
    })
    if (row.id !== undefined) {
      made.classList.add("clickable")
      made.onclick = () => setTriggerValue("chosen", row.id)
    }
    return made
  }

  root.replaceChildren(
    element(
      "table",
      {},
      element("caption", {}, data.caption),
      element("thead", {}, element("tr", {}, ...data.columns.map(heading))),
      element("tbody", {}, ...data.rows.map(line)),
    ),
  )
  root.setAttribute("aria-label", data.caption)
  root.scrollTo(...scrolled)
  if (active) [...root.querySelectorAll("[data-focus]")].find((e) => e.dataset.focus === active)?.focus()
}
