// On a device elsewhere: the worker that shows a page of its own where there is no line.
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/worker.js").catch(() => {});
