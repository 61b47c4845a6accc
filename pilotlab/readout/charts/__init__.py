"""Small charts in SVG, one chart a module, 350 units wide."""
