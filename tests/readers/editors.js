// What the editors read their own files with, for the browser of tests/test_editors_themselves.py.
import { exportToSvg, loadFromBlob } from "@excalidraw/excalidraw";
import { GraphDataModel, ModelXmlSerializer } from "@maxgraph/core";

window.editors = {
  async excalidraw(text) {
    const blob = new Blob([text], { type: "application/vnd.excalidraw+json" });
    const read = await loadFromBlob(blob, null, null);
    const drawn = await exportToSvg({ ...read, exportPadding: 0 });
    const ids = new Set(read.elements.map((one) => one.id));
    const arrows = read.elements.filter((one) => one.type === "arrow");
    const bound = arrows.filter((one) => ids.has(one.startBinding?.elementId) && ids.has(one.endBinding?.elementId));
    const texts = read.elements.filter((one) => one.type === "text").map((one) => one.text);
    return { elements: read.elements.length, arrows: arrows.length, bound: bound.length, texts, drawn: drawn.outerHTML.length };
  },
  drawio(text) {
    const file = new DOMParser().parseFromString(text, "text/xml").querySelector("mxGraphModel");
    const model = new GraphDataModel();
    new ModelXmlSerializer(model).import(new XMLSerializer().serializeToString(file));
    const cells = Object.values(model.cells);
    const edges = cells.filter((one) => one.isEdge());
    return {
      cells: cells.length,
      edges: edges.length,
      bound: edges.filter((one) => one.source && one.target).length,
      placed: cells.filter((one) => one.geometry).length,
    };
  },
};
