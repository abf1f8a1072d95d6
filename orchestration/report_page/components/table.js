// Draws a table from the data that Python gives, and tells Python what is clicked.
// All of it is one tab stop: arrows go between headings, rows and cells, Home and End to the first and last row.
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

  // A number that shows its threads; what it says on hover stays with it.
  const opener = (row, cell, column) => {
    const button = element(
      "button",
      {
        type: "button",
        class: "opens",
        "data-focus": `cell ${row.cells[0].text} ${column.key}`,
        title: [cell.title, "Click for its threads"].filter(Boolean).join("; "),
      },
      cell.text,
    )
    button.onclick = (event) => {
      event.stopPropagation()
      setTriggerValue("opened", cell.opens)
    }
    return button
  }

  const line = (row) => {
    const made = element("tr", { "aria-current": row.id !== undefined && row.id === data.chosen ? "true" : undefined })
    row.cells.forEach((cell, position) => {
      const column = data.columns[position]
      const content = row.id !== undefined && position === 0
        ? element("button", { type: "button", class: "choose", "data-focus": `row ${row.id}` }, cell.text)
        : cell.opens
          ? opener(row, cell, column)
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
  const buttons = (row) => [...row.querySelectorAll("button")]
  const rows = [...root.querySelectorAll("tbody tr")].map(buttons).filter((row) => row.length)
  const stops = [...heads, ...rows.flat()]
  const isStop = (stop) => stops.forEach((other) => (other.tabIndex = other === stop ? 0 : -1))
  const goTo = (stop) => {
    if (!stop) return
    isStop(stop)
    stop.focus()
  }
  const next = (key, at) => {
    const lines = [...(heads.length ? [heads] : []), ...rows]
    const row = lines.findIndex((line) => line.includes(at))
    const place = lines[row].indexOf(at)
    const column = (stop) => stop.closest("th, td").cellIndex
    const below = (line) => line?.find((stop) => column(stop) >= column(at)) ?? line?.at(-1)
    if (key === "Home") return rows[0]?.[0]
    if (key === "End") return rows.at(-1)?.[0]
    if (key === "ArrowDown") return below(lines[row + 1])
    if (key === "ArrowUp") return row > 0 ? below(lines[row - 1]) : undefined
    if (key === "ArrowRight") return lines[row][place + 1]
    return key === "ArrowLeft" && place > 0 ? lines[row][place - 1] : undefined
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
  isStop(stops.find((stop) => stop.dataset.focus === active) ?? chosen ?? rows[0]?.[0] ?? heads[0])
  if (!stops.length) root.tabIndex = 0
  if (active) stops.find((stop) => stop.dataset.focus === active)?.focus()
}
