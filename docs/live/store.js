// What the reader wrote and got, kept by this browser: one entry for each notebook.

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("ldn-analysis-live", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("notebooks");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function ask(mode, action) {
  const base = await open();
  try {
    return await new Promise((resolve, reject) => {
      const request = action(base.transaction("notebooks", mode).objectStore("notebooks"));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    base.close();
  }
}

export const recall = (name) => ask("readonly", (store) => store.get(name));
export const keep = (name, value) => ask("readwrite", (store) => store.put(value, name));
export const forget = (name) => ask("readwrite", (store) => store.delete(name));
