/* SPDX-License-Identifier: Apache-2.0
 *
 * model.c: the libyang context, reading the running tree, and watchers. The YANG modules are part of the program; no
 * file is read and libyang prints nothing. Runs in core.
 */
#include "private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yang_modules.h"

struct source {
	const struct model_module *modules;
	size_t n;
};

static LY_ERR give_module(const char *name, const char *revision, const char *submodule, const char *submodule_revision,
			  void *arg, LYS_INFORMAT *format, const char **text, ly_module_imp_data_free_clb *release)
{
	const struct source *src = arg;

	for (size_t i = 0; i < src->n; i++)
		if (!submodule && !strcmp(src->modules[i].name, name)) {
			*format = LYS_IN_YANG;
			*text = src->modules[i].text;
			*release = NULL;
			return LY_SUCCESS;
		}
	return LY_ENOTFOUND;
}

static int load(struct model *m, const struct model_module *modules, size_t n, struct errbuf *e)
{
	struct source src = { modules, n };
	const struct lys_module *module;
	uint32_t index = 0;
	int rc = 0;

	ly_log_options(LY_LOSTORE_LAST);
	if (ly_ctx_new(NULL, LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIRS, &m->ctx))
		return err_set(e, E_NOMEM, "the schema context cannot be made");
	ly_ctx_set_module_imp_clb(m->ctx, give_module, &src);
	for (size_t i = 0; i < n; i++)
		if (!ly_ctx_load_module(m->ctx, modules[i].name, NULL, NULL))
			return err_set(e, E_INVAL, "module \"%s\" is wrong: %s", modules[i].name, node_ly_text(m, "?"));
	ly_ctx_set_module_imp_clb(m->ctx, NULL, NULL);
	for (unsigned bit = 0; !rc && (module = ly_ctx_get_module_iter(m->ctx, &index)); bit++)
		if (module->implemented && module->compiled)
			rc = constraint_mark(m, module, bit, e);
	return rc;
}

int model_new_from(struct model **out, const struct model_module *modules, size_t n, struct errbuf *e)
{
	struct model *m = calloc(1, sizeof *m);
	int rc;

	*out = NULL;
	if (!m)
		return err_set(e, E_NOMEM, "out of memory");
	rc = load(m, modules, n, e);
	if (rc < 0)
		model_free(m);
	else
		*out = m;
	return rc;
}

int model_new(struct model **out, struct errbuf *e)
{
	return model_new_from(out, yang_modules, sizeof yang_modules / sizeof *yang_modules, e);
}

void model_free(struct model *m)
{
	if (!m)
		return;
	if (m->open)
		txn_abort(m->open);
	lyd_free_all(m->tree);
	edits_release(&m->spent);
	if (!m->beside) {
		node_forget_paths();
		ly_ctx_destroy(m->ctx);
	}
	free(m->watches);
	free(m);
}

const struct ly_ctx *model_ctx(const struct model *m)
{
	return m->ctx;
}

const struct lyd_node *model_running(const struct model *m)
{
	return m->tree;
}

uint64_t model_version(const struct model *m)
{
	return m->version;
}

uint64_t model_epoch(const struct model *m)
{
	return m->epoch;
}

/* --- reading --- */

/* Paths are constants of the program: one that is not in the schema is a mistake in the source, never input. */
static const struct lysc_node *constant(const struct model *m, const struct lysc_node *from, const char *path)
{
	const struct lysc_node *s = node_schema(m, from, path);

	if (!s) {
		fprintf(stderr, "model: no such path in the schema: \"%s\"\n", path);
		abort();
	}
	return s;
}

static const char *value_at(const struct model *m, const struct lyd_node *from, const struct lysc_node *s)
{
	const struct lyd_node *node = node_find(m, from, s);

	return node && (s->nodetype & LYD_NODE_TERM) ? lyd_get_value(node) : node_default(s);
}

const char *model_str(const struct model *m, const char *path)
{
	return value_at(m, NULL, constant(m, NULL, path));
}

uint64_t model_uint(const struct model *m, const char *path, uint64_t otherwise)
{
	const char *text = model_str(m, path);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

bool model_bool(const struct model *m, const char *path)
{
	const char *text = model_str(m, path);

	return text && !strcmp(text, "true");
}

const struct lyd_node *model_entry(const struct model *m, const char *list_path, const char *const *keys)
{
	return node_entry(m, NULL, constant(m, NULL, list_path), keys);
}

const struct lyd_node *model_entry_below(const struct model *m, const struct lyd_node *parent, const char *name,
					 const char *const *keys)
{
	return node_entry(m, parent, constant(m, parent->schema, name), keys);
}

#define LIKE_LEAVES_MAX 32

static bool is_like(const struct lyd_node *entry, const struct lysc_node *const *schemas,
		    const struct model_leaf *leaves, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct lyd_node *child = lyd_child(entry);
		const char *value;

		while (child && child->schema != schemas[i])
			child = child->next;
		value = child ? lyd_get_value(child) : "";
		if (strcmp(value, leaves[i].value) != 0 && (*leaves[i].value || strcmp(value, "false") != 0))
			return false;
	}
	return true;
}

const struct lyd_node *model_like(const struct lyd_node *first, const struct model_leaf *leaves, size_t n,
				  uint64_t *greatest)
{
	const struct lysc_node *schemas[LIKE_LEAVES_MAX];
	const struct lyd_node *found = NULL;
	uint64_t key;

	*greatest = 0;
	for (size_t i = 0; first && i < n && i < LIKE_LEAVES_MAX; i++)
		schemas[i] = lys_find_child(first->schema, first->schema->module, leaves[i].name, 0, LYS_LEAF, 0);
	for (; first; first = model_next(first)) {
		key = strtoull(lyd_get_value(lyd_child(first)), NULL, 10);
		*greatest = key > *greatest ? key : *greatest;
		if (!found && is_like(first, schemas, leaves, n < LIKE_LEAVES_MAX ? n : LIKE_LEAVES_MAX))
			found = first;
	}
	return found;
}

const char *model_below(const struct lyd_node *node, const char *relative_path)
{
	struct model m = { .ctx = node ? node->schema->module->ctx : NULL };

	return node ? value_at(&m, node, constant(&m, node->schema, relative_path)) : NULL;
}

const struct lyd_node *model_first(const struct model *m, const struct lyd_node *parent, const char *name)
{
	return node_find(m, parent, constant(m, parent ? parent->schema : NULL, name));
}

const struct lyd_node *model_next(const struct lyd_node *node)
{
	return node->next && node->next->schema == node->schema ? node->next : NULL;
}

const char *model_value(const struct lyd_node *term)
{
	return term->schema->nodetype & LYD_NODE_TERM ? lyd_get_value(term) : NULL;
}
