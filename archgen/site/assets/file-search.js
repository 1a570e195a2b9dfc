/* Search runs in a worker, which browsers don't start for a page opened from a disk: there a hidden frame does its work. */
if (location.protocol === "file:") {
  const workers = (window.fileWorkers = []);

  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.waiting = [];
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.frame.srcdoc =
        `<script>postMessage = data => parent.fileWorkers[${workers.push(this) - 1}].answer(data)<\/script>` +
        `<script src="${encodeURI(decodeURI(String(url)))}"><\/script>`;
      this.frame.addEventListener("load", () => {
        this.loaded = true;
        this.waiting.splice(0).forEach(data => this.postMessage(data));
      });
      document.body.append(this.frame);
    }

    postMessage(data) {
      if (!this.loaded) return void this.waiting.push(data);
      const inner = this.frame.contentWindow;
      inner.dispatchEvent(new inner.MessageEvent("message", { data }));
    }

    answer(data) {
      this.dispatchEvent(new MessageEvent("message", { data }));
    }

    terminate() {
      this.frame.remove();
    }
  };
}
