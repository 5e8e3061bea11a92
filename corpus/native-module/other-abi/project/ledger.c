struct node_module {
  int nm_version; unsigned nm_flags; void *handle; const char *file; void *reg; void *ctx;
  const char *name; void *priv; struct node_module *link;
};
extern void node_module_register(void *);
static struct node_module module = {108, 0, 0, "ledger.c", 0, 0, "ledger", 0, 0};
__attribute__((constructor)) static void add(void) { node_module_register(&module); }
