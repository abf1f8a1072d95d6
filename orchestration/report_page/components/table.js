// Draws a table from the data that Python gives, and tells Python what is clicked.
// All of it is one tab stop: arrows go between headings and rows, Home and End to the first and last row.
export default function ({ data, parentElement, setTriggerValue }) {
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
        : cell.url
          ? element("a", { href: cell.url, target: "_blank", rel: "noopener noreferrer" }, cell.text)
        : cell.title
          ? element("abbr", { title: cell.title }, cell.text)
          : cell.text
      const look = [column.is_text ? "text" : "number", cell.is_muted && "muted", cell.share !== undefined && (column.is_text ? "fill" : "bar")]
      const drawn = element(
        position === 0 ? "th" : "td",
        { class: look.filter(Boolean).join(" "), scope: position === 0 ? "row" : undefined },
        content,
      )
      if (cell.behind) drawn.append(element("small", { title: `of ${cell.behind}` }, cell.behind))
      if (cell.share !== undefined) drawn.style.setProperty("--share", cell.share)
      made.append(drawn)
    })
    if (row.is_total) made.classList.add("total")
    if (row.id !== undefined) {
      made.classList.add("clickable")
      made.onclick = () => setTriggerValue("chosen", row.id)
    }
    return made
  }

  root.replaceChildren(
    element(
      "table",
      { class: data.is_compact ? "compact" : undefined },
      element("caption", {}, data.caption),
      element("thead", {}, element("tr", {}, ...data.columns.map(heading))),
      element("tbody", {}, ...data.rows.map(line)),
    ),
  )
  root.setAttribute("role", "region")
  root.setAttribute("aria-label", data.caption)
  root.scrollTo(...scrolled)

  const heads = [...root.querySelectorAll("thead button")]
  const rows = [...root.querySelectorAll("tbody button")]
  const stops = [...heads, ...rows]
  const isStop = (stop) => stops.forEach((other) => (other.tabIndex = other === stop ? 0 : -1))
  const goTo = (stop) => {
    if (!stop) return
    isStop(stop)
    stop.focus()
  }
  const next = (key, at) => {
    const row = rows.indexOf(at)
    const head = heads.indexOf(at)
    if (key === "Home") return rows[0]
    if (key === "End") return rows.at(-1)
    if (key === "ArrowDown") return rows[row + 1]
    if (key === "ArrowUp") return row > 0 ? rows[row - 1] : row === 0 ? heads[0] : undefined
    if (key === "ArrowRight") return head >= 0 ? heads[head + 1] : undefined
    return key === "ArrowLeft" && head > 0 ? heads[head - 1] : undefined
  }
  stops.forEach((stop) => {
    stop.onkeydown = (event) => {
      const target = next(event.key, stop)
      if (!target) return
      event.preventDefault()
      goTo(target)
    }
    stop.onfocus = () => isStop(stop)
  })
  const chosen = root.querySelector('[aria-current="true"] button')
  isStop(stops.find((stop) => stop.dataset.focus === active) ?? chosen ?? rows[0] ?? heads[0])
  if (!stops.length) root.tabIndex = 0
  if (active) stops.find((stop) => stop.dataset.focus === active)?.focus()
}
