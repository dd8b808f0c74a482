// A card for each page in JupyterLab's launcher: one click opens its notebook and runs it; so does a link to it on the
// page that opens first. Written by hand in the form of a prebuilt extension, so that nothing is built or fetched.
(() => {
  const { start: START, cards: CARDS } = /* filled in */ { start: "", cards: [] };
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
  const kernelOf = (panel) => panel.sessionContext.session?.kernel?.id;

  // Which notebook has been run by which kernel: what was run is shown as it is, with all that was chosen in it.
  const run = new WeakMap();
  const noteRuns = (app, actions) => {
    actions.executed.connect((_, { notebook }) => {
      const panel = documents(app).find(({ content }) => content === notebook);
      if (panel) run.set(notebook, kernelOf(panel));
    });
  };

  const openAndRun = async (app, actions, path) => {
    const open = documents(app).find(({ context }) => context.path === path);
    const panel = open ?? (await app.commands.execute("docmanager:open", { path, factory: "Notebook" }));
    app.shell.activateById(panel.id);
    await Promise.all([panel.revealed, panel.context.ready, panel.sessionContext.ready]);
    await panel.sessionContext.session?.kernel?.info;
    if (run.get(panel.content) === kernelOf(panel)) return;
    run.set(panel.content, kernelOf(panel));
    await actions.runAll(panel.content, panel.sessionContext);
  };

  const addCards = (launcher, icon, { app, actions }) => {
    const name = (path) => `supervision_kit:${path}`;
    CARDS.forEach(({ path, title, about, category }, rank) => {
      app.commands.addCommand(name(path), {
        label: title,
        caption: about,
        icon: (args) => (args.isPalette ? undefined : icon),
        execute: () => openAndRun(app, actions, path),
      });
      launcher.add({ command: name(path), category, rank });
    });
  };

  // JupyterLab's Markdown preview makes of a link to a file the address to download it from.
  const runFromLinks = ({ app, actions }) => {
    const isPage = (link) => {
      const address = link && decodeURI(new URL(link.href, document.baseURI).pathname);
      return CARDS.find(({ path }) => address?.endsWith(`/files/${path}`))?.path;
    };
    document.addEventListener(
      "click",
      (event) => {
        const path = isPage(event.target.closest?.(".jp-MarkdownViewer a[href]"));
        if (!path) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        void openAndRun(app, actions, path);
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
    const [{ ILauncher }, { LabIcon }, { NotebookActions: actions }] = await Promise.all(
      ["@jupyterlab/launcher", "@jupyterlab/ui-components", "@jupyterlab/notebook"].map(load),
    );
    const icon = new LabIcon({ name: "supervision_kit:page", svgstr: ICON });
    const plugin = {
      id: "supervision_kit:cards",
      description: "Cards for the pages of supervision_kit.",
      autoStart: true,
      requires: [ILauncher],
      activate: (app, launcher) => {
        noteRuns(app, actions);
        addCards(launcher, icon, { app, actions });
        runFromLinks({ app, actions });
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
