// The texts on the page whose contrast with what is behind them is below a bound, with their contrast.
(bound) => {
  const channels = (color) => {
    const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number)
    return [r, g, b, a]
  }
  const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3])).concat(1)
  const luminance = (color) => {
    const [r, g, b] = color.map((c) => {
      const share = c / 255
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const parent = (e) => e.parentElement ?? e.getRootNode().host
  const behind = (element) => {
    const layers = []
    for (let e = element; e; e = parent(e)) layers.push(channels(getComputedStyle(e).backgroundColor))
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1])
  }
  const opacity = (element) => {
    let product = 1
    for (let e = element; e; e = parent(e)) product *= Number(getComputedStyle(e).opacity)
    return product
  }
  const found = []
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot)
      const text = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent.trim()).join("")
      const box = element.getBoundingClientRect()
      if (!text || !box.width || !box.height || element.closest("[aria-hidden=true], style, script, title")) continue
      const style = getComputedStyle(element)
      const isDrawn = element instanceof SVGElement
      const color = channels(isDrawn ? style.fill : style.color)
      color[3] *= opacity(element) * (isDrawn ? Number(style.fillOpacity) : 1)
      const below = behind(element)
      const [light, dark] = [luminance(over(color, below)), luminance(below)].sort((a, b) => b - a)
      const contrast = (light + 0.05) / (dark + 0.05)
      if (contrast < bound) found.push(`${text.slice(0, 40)}: ${contrast.toFixed(2)}`)
    }
  }
  look(document.querySelector('[data-testid="stMain"]'))
  return found
}
