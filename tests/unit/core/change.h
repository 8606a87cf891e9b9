/* SPDX-License-Identifier: Apache-2.0
 *
 * change.h: a change of the configuration in one call.
 */
#ifndef TEST_CHANGE_H
#define TEST_CHANGE_H

#include "model/model.h"

/* Of the entry of `list` with these keys, which is made (NULL: of all), the leaf at `path` (NULL: none) is set. */
static inline void change(struct model *m, const char *list, const char *const *keys, const char *path,
			  const char *value)
{
	struct txn *t = model_begin(m);
	struct lyd_node *entry = NULL;

	if (list)
		assert_int_equal(txn_entry(t, NULL, list, keys, &entry, NULL), 0);
	if (path)
		assert_int_equal(txn_set(t, entry, path, value, NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
}

#endif
