// A card for each page in JupyterLab's launcher: one click opens its notebook and runs it; so does a link to it on the
// page that opens first. Written by hand in the form of a prebuilt extension, so that nothing is built or fetched.
(() => {
  const { start: START, cards: CARDS, sorry: SORRY } = /* filled in */ { start: "", cards: [], sorry: "" };
  const TRIES = 3;
  const [LOOK_MS, READY_MS, BEGIN_MS] = [50, 30_000, 10_000];
  const ICON =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="none" stroke="#3d6d99" stroke-width="2" ' +
    'stroke-linecap="round" stroke-linejoin="round" d="M3 7l5 1 4 9 4-7 5-2"/></svg>';
  let shared = {};

  // What JupyterLab itself has loaded, by the name of its package.
  const load = async (name) => {
    const versions = Object.values(shared[name]);
    const module = await (versions.find(({ loaded }) => loaded) ?? versions[0]).get();
    return module();
  };

  const documents = (app) => [...app.shell.widgets("main")].filter(({ context }) => context);
  const kernelOf = (panel) => panel.sessionContext.session?.kernel;

  // Which notebook has been run by which kernel: what was run is shown as it is, with all that was chosen in it.
  const run = new WeakMap();
  const isRun = (panel) => Boolean(kernelOf(panel)) && run.get(panel.content) === kernelOf(panel).id;
  const noteRuns = (app, actions) => {
    actions.executed.connect((_, { notebook }) => {
      const panel = documents(app).find(({ content }) => content === notebook);
      if (panel) run.set(notebook, kernelOf(panel)?.id);
    });
  };

  const elapsed = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const isReady = (kernel) => kernel?.connectionStatus === "connected" && kernel.status === "idle";

  const ready = async (panel) => {
    const end = performance.now() + READY_MS;
    while (!isReady(kernelOf(panel)) && !panel.isDisposed && performance.now() < end) await elapsed(LOOK_MS);
    return isReady(kernelOf(panel));
  };

  // The kernel itself says that it begins with a cell: what JupyterLab is asked for while a notebook still settles can
  // be lost on the way, without a word.
  const begun = ({ sessionContext }) => {
    let hear;
    const heard = new Promise((resolve) => {
      hear = (_, { header }) => header.msg_type === "execute_input" && resolve(true);
      sessionContext.iopubMessage.connect(hear);
    });
    return Promise.race([heard, elapsed(BEGIN_MS)]).finally(() => sessionContext.iopubMessage.disconnect(hear));
  };

  const runAll = async (actions, panel) => {
    for (let n = 0; n < TRIES && !panel.isDisposed; n += 1) {
      if (!(await ready(panel))) continue;
      if (isRun(panel)) return; // by hand, meanwhile
      const beginning = begun(panel);
      const done = actions.runAll(panel.content, panel.sessionContext);
      if (await beginning) {
        run.set(panel.content, kernelOf(panel)?.id);
        await done;
        return;
      }
      run.delete(panel.content);
    }
  };

  const running = new WeakMap();
  const openAndRun = async ({ app, actions, Notification }, path) => {
    const open = documents(app).find(({ context }) => context.path === path);
    const panel = open ?? (await app.commands.execute("docmanager:open", { path, factory: "Notebook" }));
    app.shell.activateById(panel.id);
    await Promise.all([panel.revealed, panel.context.ready, panel.sessionContext.ready]);
    if (isRun(panel)) return;
    // a second click while the page opens is the same wish
    if (!running.has(panel)) running.set(panel, runAll(actions, panel).finally(() => running.delete(panel)));
    await running.get(panel);
    if (!isRun(panel) && !panel.isDisposed) Notification.warning(SORRY, { autoClose: false });
  };

  const addCards = (launcher, icon, lab) => {
    const name = (path) => `supervision_kit:${path}`;
    CARDS.forEach(({ path, title, about, category }, rank) => {
      lab.app.commands.addCommand(name(path), {
        label: title,
        caption: about,
        icon: (args) => (args.isPalette ? undefined : icon),
        execute: () => openAndRun(lab, path),
      });
      launcher.add({ command: name(path), category, rank });
    });
  };

  // JupyterLab's Markdown preview makes of a link to a file the address to download it from, a moment after it is shown.
  const runFromLinks = (lab) => {
    const isPage = (link) => {
      const address = link && decodeURI(new URL(link.href, document.baseURI).pathname);
      return CARDS.find(({ path }) => link?.getAttribute("href") === path || address?.endsWith(`/files/${path}`))?.path;
    };
    document.addEventListener(
      "click",
      (event) => {
        const path = isPage(event.target.closest?.(".jp-MarkdownViewer a[href]"));
        if (!path) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        void openAndRun(lab, path);
      },
      true,
    );
  };

  // Where JupyterLab was asked for no file and found none open from the last time.
  const openStart = async (app) => {
    await app.restored;
    const { treePath } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
    if (START && !treePath && !documents(app).length) {
      await app.commands.execute("docmanager:open", { path: START, factory: "Markdown Preview" });
    }
  };

  const extension = async () => {
    const [{ ILauncher }, { LabIcon }, { NotebookActions: actions }, { Notification }] = await Promise.all(
      ["@jupyterlab/launcher", "@jupyterlab/ui-components", "@jupyterlab/notebook", "@jupyterlab/apputils"].map(load),
    );
    const icon = new LabIcon({ name: "supervision_kit:page", svgstr: ICON });
    const plugin = {
      id: "supervision_kit:cards",
      autoStart: true,
      requires: [ILauncher],
      activate: (app, launcher) => {
        const lab = { app, actions, Notification };
        noteRuns(app, actions);
        addCards(launcher, icon, lab);
        runFromLinks(lab);
        void openStart(app);
      },
    };
    return () => ({ __esModule: true, default: plugin });
  };

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB.supervision_kit = {
    init: (scope) => {
      shared = scope;
    },
    get: extension,
  };
})();
