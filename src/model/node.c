/* SPDX-License-Identifier: Apache-2.0
 *
 * node.c: finding schema and data nodes. A step is a look at the first siblings or a hashed lookup, and text of users
 * is only ever the value of a node that is compared, never a piece of a path. Runs in core.
 */
#include "private.h"

#include "base/utf8.h"

#include <string.h>

bool node_is_plain_container(const struct lysc_node *schema)
{
	return schema->nodetype == LYS_CONTAINER && !(schema->flags & LYS_PRESENCE);
}

struct lyd_node *node_children(const struct model *m, const struct lyd_node *parent)
{
	return parent ? lyd_child(parent) : m->tree;
}

static const struct lysc_node *schema_step(const struct model *m, const struct lysc_node *from, const char *word,
					   size_t n)
{
	const char *colon = memchr(word, ':', n);
	const struct lys_module *module = from ? from->module : NULL;
	char name[64];

	if (colon) {
		size_t len = (size_t)(colon - word);

		if (len >= sizeof name)
			return NULL;
		memcpy(name, word, len);
		name[len] = '\0';
		module = ly_ctx_get_module_implemented(m->ctx, name);
		n -= len + 1;
		word = colon + 1;
	}
	return module ? lys_find_child(from, module, word, n, 0, 0) : NULL;
}

static const struct lysc_node *walk(const struct model *m, const struct lysc_node *from, const char *path)
{
	for (const char *word = path + (*path == '/'); *word;) {
		size_t n = strcspn(word, "/");

		from = schema_step(m, from, word, n);
		if (!from)
			return NULL;
		word += n + (word[n] == '/');
	}
	return from;
}

/* Paths that were asked for lately: the steps through the schema are most of what a small question costs. Each has two
 * places, so that two that are asked for in turns do not drive each other out. */
#define KNOWN     128
#define KNOWN_MAX 64

static struct known_path {
	const struct ly_ctx *ctx;
	const struct lysc_node *from, *to;
	char path[KNOWN_MAX];
} known[KNOWN][2];

void node_forget_paths(void)
{
	memset(known, 0, sizeof known);
}

static struct known_path *place_of(const struct lysc_node *from, const char *path)
{
	uint32_t h = (uint32_t)((uintptr_t)from >> 4);

	for (; *path; path++)
		h = (h ^ (uint8_t)*path) * 16777619; /* FNV-1a */
	return known[(h ^ h >> 16) % KNOWN];
}

const struct lysc_node *node_schema(const struct model *m, const struct lysc_node *from, const char *path)
{
	const struct lysc_node *above = *path == '/' ? NULL : from, *to;
	struct known_path *k = place_of(above, path);

	for (int i = 0; i < 2; i++)
		if (k[i].ctx == m->ctx && k[i].from == above && strcmp(k[i].path, path) == 0)
			return k[i].to;
	to = walk(m, above, path);
	if (to && strlen(path) < sizeof k->path) {
		k[1] = k[0];
		k[0] = (struct known_path){ .ctx = m->ctx, .from = above, .to = to };
		str_copy(str_of(path), k[0].path, sizeof k[0].path);
	}
	return to;
}

#define FEW 16 /* siblings that are looked at before they are hashed */

/* The node that holds instances of `schema`: `from` itself or a container below it. False if it does not exist. */
static bool holder(const struct model *m, const struct lyd_node *from, const struct lysc_node *schema,
		   const struct lyd_node **out)
{
	const struct lysc_node *up = lysc_data_parent(schema);
	struct lyd_node *found;

	if (up == (from ? from->schema : NULL)) {
		*out = from;
		return true;
	}
	if (!up || up->nodetype != LYS_CONTAINER)
		return false;
	found = node_find(m, from, up);
	*out = found;
	return found;
}

struct lyd_node *node_find(const struct model *m, const struct lyd_node *from, const struct lysc_node *schema)
{
	const struct lyd_node *parent;
	struct lyd_node *found = NULL;

	if (!holder(m, from, schema, &parent))
		return NULL;
	found = node_children(m, parent);
	for (unsigned i = 0; found && found->schema != schema && i < FEW; i++)
		found = found->next;
	if (!found || found->schema == schema)
		return found;
	return lyd_find_sibling_val(found, schema, NULL, 0, &found) ? NULL : found;
}

struct lyd_node *node_member(const struct model *m, const struct lyd_node *from, const struct lysc_node *schema,
			     const char *value)
{
	const struct lyd_node *parent;
	struct lyd_node *found = NULL;

	if (!holder(m, from, schema, &parent))
		return NULL;
	/* Where there is none at all, no value has to be made to ask with. */
	if (lyd_find_sibling_val(node_children(m, parent), schema, NULL, 0, &found) ||
	    lyd_find_sibling_val(node_children(m, parent), schema, value, strlen(value), &found))
		return NULL;
	return found;
}

static LY_ERR new_entry(struct lyd_node *host, const struct lysc_node *list, const char *const *keys,
			struct lyd_node **out)
{
	const char *given[NODE_KEYS_MAX] = { NULL };
	size_t n = 0;

	for (const struct lysc_node *k = lysc_node_child(list); k && (k->flags & LYS_KEY); k = k->next) {
		if (n == NODE_KEYS_MAX)
			return LY_EINVAL;
		given[n] = keys[n];
		n++;
	}
	return lyd_new_list(host, list->module, list->name, 0, out, given[0], given[1], given[2], given[3]);
}

int node_detached(const struct lyd_node *parent, const struct lysc_node *list, const char *const *keys,
		  struct detached *d)
{
	int rc;

	*d = (struct detached){ 0 };
	if (parent && lyd_dup_single(parent, NULL, LYD_DUP_NO_META, &d->host))
		return E_NOMEM;
	rc = new_entry(d->host, list, keys, &d->entry) ? E_INVAL : 0;
	if (rc)
		node_detached_free(d);
	return rc;
}

void node_detached_free(struct detached *d)
{
	lyd_free_tree(d->host ? d->host : d->entry);
	*d = (struct detached){ 0 };
}

struct lyd_node *node_twin(const struct model *m, const struct lyd_node *parent, const struct detached *d)
{
	struct lyd_node *found = NULL;

	lyd_find_sibling_first(node_children(m, parent), d->entry, &found);
	return found;
}

struct lyd_node *node_entry(const struct model *m, const struct lyd_node *from, const struct lysc_node *list,
			    const char *const *keys)
{
	const struct lyd_node *parent;
	struct lyd_node *found;
	struct detached d;

	if (!holder(m, from, list, &parent) || node_detached(parent, list, keys, &d) < 0)
		return NULL;
	found = node_twin(m, parent, &d);
	node_detached_free(&d);
	return found;
}

const char *node_default(const struct lysc_node *schema)
{
	const struct lysc_node_leaf *leaf = (const struct lysc_node_leaf *)schema;

	if (schema->nodetype != LYS_LEAF || !leaf->dflt)
		return NULL;
	return lyd_value_get_canonical(schema->module->ctx, leaf->dflt);
}

bool node_is_text(const char *value)
{
	struct str s = str_of(value);

	while (s.n) {
		uint32_t code;
		size_t n = utf8_next(s, &code);

		if (n == 0 || code >= UTF8_NONE || (code >= 0x7f && code <= 0x9f))
			return false;
		if (code < 0x20 && code != '\t' && code != '\n' && code != '\r')
			return false;
		s.p += n;
		s.n -= n;
	}
	return true;
}

bool node_accepts(const struct model *m, const struct lysc_node *schema, const char *value)
{
	return node_is_text(value) &&
	       lyd_value_validate(NULL, schema, value, strlen(value), NULL, NULL, NULL) != LY_EVALID;
}

const char *node_ly_text(const struct model *m, const char *otherwise)
{
	const char *text = ly_errmsg(m->ctx);

	return text ? text : otherwise;
}
