//! The queries of the introspection, one for each family of catalogs.
//!
//! Each answers with rows of five texts: kind, path (JSON), parent (JSON: kind
//! and path, or NULL), the object's address in the catalogs, and payload (JSON: a list of
//! the keys of `schema/kind.rs`, each before its text; that of a key with `=` in front is a list
//! in JSON, of what is shown and, where it is another, what is compared; keys that begin with `_`
//! are for the reader; what is NULL is not there). A version's differences are in the text of
//! the queries, so that both sides of a comparison go through the same code.

use std::fmt::Write as _;

use super::{introspect_edges, introspect_grants};

/// Not a schema of the system.
pub(super) const OURS: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/// Not a member of an extension; each catalog has its own numbers (pg-schema-diff#190).
/// Members are looked up once for a query, not once for a row.
pub(super) fn no_member(catalog: &str, oid: &str) -> String {
    format!(
        "{oid} NOT IN (SELECT e.objid FROM pg_depend e WHERE e.classid = '{catalog}'::regclass \
         AND e.deptype = 'e')"
    )
}

/// Made by somebody and not with the cluster, and no member of an extension. That the number
/// is a query of its own keeps it from the planner: by the statistics of a fresh database
/// hardly anything has such a number, and it would go through the rest once for each row.
pub(super) fn made(catalog: &str, oid: &str) -> String {
    format!(
        "{oid} >= (SELECT 16384::oid) AND {}",
        no_member(catalog, oid)
    )
}

/// Catalogs in addresses, by the numbers that they have had in every version: to
/// have them named for each row takes longer than all else about dependencies.
const NUMBERS: &[(&str, &str)] = &[
    ("'pg_type:'", "'1247:'"),
    ("'pg_proc:'", "'1255:'"),
    ("'pg_class:'", "'1259:'"),
    ("'pg_attrdef:'", "'2604:'"),
    ("'pg_constraint:'", "'2606:'"),
    ("'pg_namespace:'", "'2615:'"),
    ("'pg_rewrite:'", "'2618:'"),
    ("'pg_trigger:'", "'2620:'"),
    ("'pg_extension:'", "'3079:'"),
    ("'pg_policy:'", "'3256:'"),
    ("'pg_statistic_ext:'", "'3381:'"),
];

fn numbered(query: &str) -> String {
    NUMBERS
        .iter()
        .fold(query.to_owned(), |query, (name, number)| {
            query.replace(name, number)
        })
}

/// The queries for a major version.
pub(super) fn queries(major: u32) -> Vec<String> {
    // Parents come before their parts.
    let mut queries = vec![schemas(), extensions(), types(), relations(), sequences()];
    queries.push(columns(major));
    queries.push(constraints());
    queries.push(indexes());
    queries.push(functions(major));
    queries.extend(on_tables(major));
    queries.push(introspect_grants::grants());
    queries.push(introspect_grants::given());
    queries.push(introspect_edges::aliases());
    queries.push(introspect_edges::edges());
    queries.push(introspect_edges::unmodelled());
    queries
        .iter()
        .map(|query| numbered(&commented(query)))
        .collect()
}

/// Comments are looked up by an index: the server's own function is a query of its own for
/// each row, which takes longer than the row.
fn commented(query: &str) -> String {
    const OPEN: &str = "obj_description(";
    let mut parts = query.split(OPEN);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let call = part.split_once(')').and_then(|(arguments, rest)| {
            let (oid, catalog) = arguments.split_once(", ")?;
            Some((oid, catalog, rest))
        });
        let Some((oid, catalog, rest)) = call else {
            out.push_str(OPEN);
            out.push_str(part);
            continue;
        };
        let _ = write!(
            out,
            "(SELECT cc.description FROM pg_description cc WHERE cc.objoid = {oid} \
             AND cc.classoid = {catalog}::regclass AND cc.objsubid = 0){rest}"
        );
    }
    out
}

/// One family: `kind`, names of the path, parent, address, payload, and the rest.
fn family(columns: [&str; 5], rest: &str) -> String {
    let [kind, path, parent, address, payload] = columns;
    format!(
        "SELECT {kind}::text, {}::text, {parent}::text, {address}, {}::text {rest}",
        list(path),
        list(payload)
    )
}

/// Texts as a list in JSON. `json_build_array` looks up for each of its arguments in each row
/// how its type is written, which takes longer than all else about a column.
pub(super) fn list(texts: &str) -> String {
    format!("array_to_json(ARRAY[{texts}]::text[])")
}

fn schemas() -> String {
    family(
        [
            "'schema'",
            "n.nspname",
            "NULL",
            "'pg_namespace:' || n.oid || ':0'",
            "'owner', pg_get_userbyid(n.nspowner), 'comment', obj_description(n.oid, 'pg_namespace')",
        ],
        &format!(
            "FROM pg_namespace n WHERE {OURS} AND {}",
            no_member("pg_namespace", "n.oid")
        ),
    )
}

fn extensions() -> String {
    family(
        [
            "'extension'",
            "x.extname",
            "NULL",
            "'pg_extension:' || x.oid || ':0'",
            "'schema', n.nspname, 'version', x.extversion, 'comment', obj_description(x.oid, 'pg_extension')",
        ],
        // The procedural language comes with every database.
        "FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace WHERE x.oid >= 16384",
    )
}

fn types() -> String {
    family(
        [
            "CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite type' \
             ELSE 'range type' END",
            "n.nspname, t.typname",
            &list("'schema', n.nspname"),
            "'pg_type:' || t.oid || ':0'",
            "'labels', (SELECT string_agg(quote_literal(v.enumlabel), ', ' ORDER BY v.enumsortorder) \
               FROM pg_enum v WHERE v.enumtypid = t.oid), \
             '_labels', (SELECT json_agg(v.enumlabel ORDER BY v.enumsortorder) FROM pg_enum v WHERE v.enumtypid = t.oid), \
             'type', CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END, \
             'collation', CASE WHEN t.typtype = 'd' AND t.typcollation <> b.typcollation \
               THEN t.typcollation::regcollation::text END, \
             'not null', CASE WHEN t.typtype = 'd' AND t.typnotnull THEN 'yes' END, \
             'default', CASE t.typtype WHEN 'd' THEN coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault) END, \
             'attributes', CASE t.typtype WHEN 'c' THEN (SELECT string_agg(concat_ws(' ', quote_ident(a.attname), \
               format_type(a.atttypid, a.atttypmod), CASE WHEN a.attcollation <> y.typcollation \
               THEN 'COLLATE ' || a.attcollation::regcollation::text END), ', ' ORDER BY a.attnum) \
               FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid \
               WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END, \
             '_attributes', CASE t.typtype WHEN 'c' THEN (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a \
               WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END, \
             '_attribute types', CASE t.typtype WHEN 'c' THEN (SELECT json_agg(concat_ws(' ', format_type(a.atttypid, a.atttypmod), \
               CASE WHEN a.attcollation <> y.typcollation THEN 'COLLATE ' || a.attcollation::regcollation::text END) \
               ORDER BY a.attnum) FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid \
               WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END, \
             'definition', (SELECT concat_ws(', ', 'subtype = ' || format_type(r.rngsubtype, NULL), \
               'subtype_opclass = ' || (SELECT o.opcname FROM pg_opclass o WHERE o.oid = r.rngsubopc), \
               'collation = ' || CASE WHEN r.rngcollation <> 0 THEN r.rngcollation::regcollation::text END, \
               'canonical = ' || nullif(r.rngcanonical::oid, 0)::regproc, \
               'subtype_diff = ' || nullif(r.rngsubdiff::oid, 0)::regproc) \
               FROM pg_range r WHERE r.rngtypid = t.oid), \
             'owner', pg_get_userbyid(t.typowner), 'comment', obj_description(t.oid, 'pg_type')",
        ],
        &format!(
            "FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
             LEFT JOIN pg_class c ON c.oid = t.typrelid LEFT JOIN pg_type b ON b.oid = t.typbasetype \
             WHERE {OURS} AND t.typtype IN ('e', 'd', 'c', 'r') AND (t.typrelid = 0 OR c.relkind = 'c') AND {}",
            made("pg_type", "t.oid")
        ),
    )
}

fn sequences() -> String {
    // The sequence of an identity is a part of its column.
    family(
        [
            "'sequence'",
            "n.nspname, c.relname",
            &format!(
                "CASE WHEN o.refobjid IS NOT NULL THEN {} ELSE {} END",
                list("'table', m.nspname, r.relname"),
                list("'schema', n.nspname")
            ),
            "'pg_class:' || c.oid || ':0'",
            "'type', format_type(s.seqtypid, NULL), 'start', s.seqstart::text, 'increment', s.seqincrement::text, \
             'minimum', s.seqmin::text, 'maximum', s.seqmax::text, 'cache', s.seqcache::text, \
             'cycle', CASE WHEN s.seqcycle THEN 'yes' END, \
             'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' END, \
             'owned by', CASE WHEN o.refobjid IS NOT NULL THEN o.refobjid::regclass::text || '.' || quote_ident(a.attname) END, \
             'owner', pg_get_userbyid(c.relowner), 'comment', obj_description(c.oid, 'pg_class'), \
             '_generated', CASE WHEN o.refobjid IS NOT NULL AND c.relname ~ '_seq[0-9]*$' THEN 'yes' END",
        ],
        &format!(
            "FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.objsubid = 0 \
               AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i') \
             LEFT JOIN pg_class r ON r.oid = o.refobjid LEFT JOIN pg_namespace m ON m.oid = r.relnamespace \
             LEFT JOIN pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid \
             WHERE {OURS} AND o.deptype IS DISTINCT FROM 'i' AND {}",
            made("pg_class", "c.oid")
        ),
    )
}

/// What a relation is called in a parent; `c` is its row of `pg_class`.
const RELATION: &str =
    "CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END";

const OPTIONS: &str = "(SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(c.reloptions) o)";

/// What a partition has of the whole, and keeps for its own where it becomes a table by itself:
/// kind, name, whether that was made up, definition.
const COPIES: &str = "(SELECT json_agg(w.word ORDER BY y.what, y.name, w.at) FROM (SELECT 'index' AS what, x.relname::text AS name, \
     x.relname ~ '_idx[0-9]*$' AS made_up, \
     replace(pg_get_indexdef(x.oid), ' INDEX ' || quote_ident(x.relname) || ' ON ', ' INDEX ON ') AS definition \
     FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid AND x.relispartition AND NOT EXISTS \
     (SELECT 1 FROM pg_constraint k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x')) \
     UNION ALL SELECT 'constraint', k.conname::text, k.conname ~ '_(pkey|key|fkey|check|excl)[0-9]*$', pg_get_constraintdef(k.oid) \
     FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f', 'c', 'x') AND NOT (k.conparentid = 0 AND k.conislocal) \
     AND NOT EXISTS (SELECT 1 FROM pg_constraint o WHERE o.oid = k.conparentid AND o.conrelid = c.oid)) y \
     CROSS JOIN LATERAL (VALUES (1, y.what), (2, y.name), (3, CASE WHEN y.made_up THEN 'yes' ELSE '' END), (4, y.definition)) w (at, word))";

fn relations() -> String {
    family(
        [
            RELATION,
            "n.nspname, c.relname",
            &list("'schema', n.nspname"),
            "'pg_class:' || c.oid || ':0'",
            &format!(
                "'definition', CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END, \
                 'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' END, \
                 'of type', CASE WHEN c.reloftype <> 0 THEN c.reloftype::regtype::text END, \
                 'partition key', CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END, \
                 'partition of', CASE WHEN c.relispartition THEN (SELECT i.inhparent::regclass::text FROM pg_inherits i \
                   WHERE i.inhrelid = c.oid) || ' ' || pg_get_expr(c.relpartbound, c.oid) END, \
                 'inherits', CASE WHEN c.relkind = 'r' AND NOT c.relispartition THEN (SELECT string_agg(i.inhparent::regclass::text, \
                   ', ' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid) END, \
                 'row security', CASE WHEN c.relrowsecurity AND c.relforcerowsecurity THEN 'enabled, forced' \
                   WHEN c.relrowsecurity THEN 'enabled' WHEN c.relforcerowsecurity THEN 'forced' END, \
                 'replica identity', CASE c.relreplident WHEN 'f' THEN 'full' WHEN 'n' THEN CASE WHEN c.relkind IN ('r', 'p') \
                   THEN 'nothing' END WHEN 'i' THEN 'index ' || (SELECT i.indexrelid::regclass::text FROM pg_index i \
                   WHERE i.indrelid = c.oid AND i.indisreplident) END, \
                 'options', {OPTIONS}, \
                 'access method', CASE WHEN c.relkind IN ('r', 'm') THEN (SELECT nullif(m.amname, 'heap') FROM pg_am m \
                   WHERE m.oid = c.relam) END, \
                 'tablespace', (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace), \
                 'populated', CASE WHEN c.relkind = 'm' AND NOT c.relispopulated THEN 'no' END, \
                 'column order', CASE WHEN c.relkind IN ('r', 'p') THEN (SELECT string_agg(a.attname, E'\\n' ORDER BY a.attnum) \
                   FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) END, \
                 '_columns', CASE WHEN c.relkind IN ('v', 'm') THEN (SELECT json_agg(concat_ws(' ', quote_ident(a.attname), \
                   format_type(a.atttypid, a.atttypmod), a.attcollation::regcollation::text) ORDER BY a.attnum) \
                   FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) END, \
                 '_parents', CASE WHEN c.relkind IN ('r', 'p') THEN (SELECT json_agg(i.inhparent::regclass::text ORDER BY i.inhseqno) \
                   FROM pg_inherits i WHERE i.inhrelid = c.oid) END, \
                 '_copies', CASE WHEN c.relispartition THEN {COPIES} END, \
                 'owner', pg_get_userbyid(c.relowner), 'comment', obj_description(c.oid, 'pg_class')"
            ),
        ],
        &format!(
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE {OURS} AND c.relkind IN ('r', 'p', 'v', 'm') AND {}",
            made("pg_class", "c.oid")
        ),
    )
}

/// Columns that are all inherited say only what they have of their own, and those of
/// views only what the view's text does not say. A default names no column: printed without
/// its table it takes the server half the time.
fn columns(major: u32) -> String {
    let not_null = if major >= 18 {
        "CASE WHEN a.attnotnull THEN coalesce((SELECT concat_ws(', ', 'yes', CASE WHEN NOT k.convalidated THEN 'not valid' END, \
         CASE WHEN k.connoinherit THEN 'no inherit' END) FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'n' \
         AND k.conkey = ARRAY[a.attnum]), 'yes') END"
    } else {
        "CASE WHEN a.attnotnull THEN 'yes' END"
    };
    let compression = if major >= 14 {
        "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END"
    } else {
        "NULL"
    };
    let own = "a.attislocal AND c.relkind IN ('r', 'p')";
    family(
        [
            "'column'",
            "n.nspname, c.relname, a.attname",
            &list(&format!("{RELATION}, n.nspname, c.relname")),
            "'pg_class:' || c.oid || ':' || a.attnum",
            &format!(
                "'type', CASE WHEN {own} THEN format_type(a.atttypid, a.atttypmod) END, \
                 'collation', CASE WHEN {own} AND a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END, \
                 'not null', CASE WHEN {own} OR NOT i.not_null THEN {not_null} END, \
                 '=default', CASE WHEN a.attgenerated = '' AND v.expression IS NOT NULL \
                   AND ({own} OR v.expression IS DISTINCT FROM i.expression) THEN \
                   array_to_json(CASE WHEN q.own THEN ARRAY[v.expression, 'nextval(own sequence)'] ELSE ARRAY[v.expression] END) END, \
                 'generated', CASE WHEN {own} AND a.attgenerated <> '' THEN v.expression || CASE a.attgenerated WHEN 's' \
                   THEN ' stored' ELSE ' virtual' END END, \
                 'identity', CASE WHEN {own} AND a.attidentity <> '' THEN (SELECT concat_ws(', ', CASE a.attidentity WHEN 'a' \
                   THEN 'always' ELSE 'by default' END, 'start ' || s.seqstart, 'increment ' || s.seqincrement, \
                   'minimum ' || s.seqmin, 'maximum ' || s.seqmax, 'cache ' || s.seqcache, CASE WHEN s.seqcycle THEN 'cycle' END) \
                   FROM pg_depend d JOIN pg_sequence s ON s.seqrelid = d.objid WHERE d.refclassid = 'pg_class'::regclass \
                   AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.classid = 'pg_class'::regclass \
                   AND d.deptype = 'i') END, \
                 'storage', CASE WHEN {own} AND a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'plain' \
                   WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END END, \
                 'compression', CASE WHEN {own} THEN {compression} END, \
                 'statistics', CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::text END, \
                 'options', CASE WHEN a.attoptions IS NOT NULL THEN (SELECT string_agg(o, ', ' ORDER BY o) \
                   FROM unnest(a.attoptions) o WHERE o ~ '^n_distinct') END, \
                 'comment', z.description, \
                 '_may be empty', CASE WHEN NOT ({own}) THEN 'yes' END"
            ),
        ],
        &format!(
            "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
             LEFT JOIN pg_description z ON z.classoid = 'pg_class'::regclass AND z.objoid = a.attrelid AND z.objsubid = a.attnum \
             CROSS JOIN LATERAL (SELECT CASE WHEN d.oid IS NOT NULL THEN pg_get_expr(d.adbin, CASE WHEN a.attgenerated = '' \
               THEN 0::oid ELSE d.adrelid END) END AS expression OFFSET 0) v \
             LEFT JOIN LATERAL (SELECT true AS own FROM pg_depend s JOIN pg_depend u ON u.classid = 'pg_attrdef'::regclass \
               AND u.objid = d.oid AND u.refclassid = 'pg_class'::regclass AND u.refobjid = s.objid \
               WHERE v.expression LIKE 'nextval(%' AND s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass AND s.refobjid = a.attrelid \
               AND s.refobjsubid = a.attnum AND s.deptype = 'a' \
               AND v.expression = format('nextval(%L::regclass)', s.objid::regclass::text) LIMIT 1) q ON true \
             LEFT JOIN LATERAL (SELECT bool_or(p.attnotnull) AS not_null, max(pg_get_expr(e.adbin, e.adrelid)) AS expression \
               FROM pg_inherits h JOIN pg_attribute p ON p.attrelid = h.inhparent AND p.attname = a.attname \
               LEFT JOIN pg_attrdef e ON e.adrelid = p.attrelid AND e.adnum = p.attnum \
               WHERE a.attinhcount > 0 AND h.inhrelid = a.attrelid) i ON true \
             WHERE {OURS} AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attrelid >= (SELECT 16384::oid) \
             AND a.attnum > 0 AND NOT a.attisdropped AND {}",
            made("pg_class", "c.oid")
        ),
    )
}

fn constraints() -> String {
    // Copies that partitions and children have are the parent's. Since 18 NOT NULL is a
    // constraint too: told with its column.
    family(
        [
            "'constraint'",
            "n.nspname, coalesce(c.relname, t.typname), k.conname",
            &list(
                "CASE WHEN c.oid IS NULL THEN 'domain' ELSE 'table' END, n.nspname, coalesce(c.relname, t.typname)",
            ),
            "'pg_constraint:' || k.oid || ':0'",
            "'definition', pg_get_constraintdef(k.oid), \
             'options', CASE WHEN k.contype IN ('p', 'u', 'x') THEN (SELECT string_agg(o, ', ' ORDER BY o) \
               FROM pg_class x, unnest(x.reloptions) o WHERE x.oid = k.conindid) END, \
             'state', CASE WHEN e.partial THEN concat_ws(': ', 'not on all partitions', (SELECT 'on ' || string_agg(o.indrelid::regclass::text, \
               ', ' ORDER BY o.indrelid::regclass::text) FROM pg_partition_tree(k.conindid) s JOIN pg_index o ON o.indexrelid = s.relid \
               WHERE s.level > 0)) END, \
             '_attached', CASE WHEN e.partial THEN (SELECT json_agg(w.sql ORDER BY s.level, s.relid::regclass::text, w.at) \
               FROM pg_partition_tree(k.conindid) s JOIN pg_constraint p ON p.conindid = s.relid AND p.contype = k.contype \
               JOIN pg_class r ON r.oid = p.conrelid \
               CROSS JOIN LATERAL (VALUES (1, format('ALTER TABLE %s%s ADD CONSTRAINT %I %s', CASE r.relkind WHEN 'p' THEN 'ONLY ' END, \
                 p.conrelid::regclass, p.conname, pg_get_constraintdef(p.oid))), \
               (2, format('ALTER INDEX %s ATTACH PARTITION %s', s.parentrelid, s.relid))) w (at, sql) WHERE s.level > 0) END, \
             'comment', obj_description(k.oid, 'pg_constraint'), \
             '_generated', CASE WHEN k.conname ~ '_(pkey|key|fkey|check|excl)[0-9]*$' THEN 'yes' END",
        ],
        &format!(
            "FROM pg_constraint k LEFT JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_type t ON t.oid = k.contypid \
             JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, t.typnamespace) \
             LEFT JOIN LATERAL (SELECT true AS partial FROM pg_index i WHERE i.indexrelid = k.conindid AND c.relkind = 'p' \
             AND k.contype IN ('p', 'u', 'x') AND NOT i.indisvalid) e ON true \
             WHERE {OURS} AND k.oid >= (SELECT 16384::oid) AND k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conparentid = 0 AND k.conislocal \
             AND (c.oid IS NULL OR c.relkind IN ('r', 'p')) AND {} AND {}",
            no_member("pg_class", "k.conrelid"),
            no_member("pg_type", "k.contypid")
        ),
    )
}

fn indexes() -> String {
    // A foreign key names the index that it refers to: only p, u and x own theirs.
    family(
        [
            "'index'",
            "n.nspname, x.relname",
            &list(&format!("{RELATION}, m.nspname, c.relname")),
            "'pg_class:' || x.oid || ':0'",
            "'definition', replace(v.def, ' INDEX ' || quote_ident(x.relname) || ' ON ', ' INDEX ON '), \
             'state', CASE WHEN NOT i.indisvalid THEN CASE x.relkind WHEN 'i' THEN 'invalid' ELSE \
               concat_ws(': ', 'not on all partitions', (SELECT 'on ' || string_agg(o.indrelid::regclass::text, ', ' ORDER BY o.indrelid::regclass::text) \
               FROM pg_partition_tree(x.oid) s JOIN pg_index o ON o.indexrelid = s.relid WHERE s.level > 0)) END END, \
             '_attached', CASE WHEN NOT i.indisvalid AND x.relkind = 'I' THEN (SELECT json_agg(w.sql ORDER BY s.level, s.relid::regclass::text, w.at) \
               FROM pg_partition_tree(x.oid) s CROSS JOIN LATERAL (VALUES (1, pg_get_indexdef(s.relid)), \
               (2, format('ALTER INDEX %s ATTACH PARTITION %s', s.parentrelid, s.relid))) w (at, sql) WHERE s.level > 0) END, \
             'clustered', CASE WHEN i.indisclustered THEN 'yes' END, \
             'tablespace', (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = x.reltablespace), \
             'statistics', (SELECT string_agg(a.attnum || ' = ' || a.attstattarget, ', ' ORDER BY a.attnum) \
               FROM pg_attribute a WHERE a.attrelid = x.oid AND a.attstattarget >= 0), \
             'comment', obj_description(x.oid, 'pg_class'), '_ddl', v.def, \
             '_generated', CASE WHEN x.relname ~ '_idx[0-9]*$' THEN 'yes' END",
        ],
        &format!(
            "FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = x.relnamespace \
             JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace m ON m.oid = c.relnamespace \
             CROSS JOIN LATERAL (SELECT pg_get_indexdef(x.oid) AS def OFFSET 0) v \
             WHERE {OURS} AND c.relkind IN ('r', 'p', 'm') AND NOT x.relispartition AND NOT EXISTS (SELECT 1 FROM pg_constraint k \
             WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x')) AND {}",
            made("pg_class", "c.oid")
        ),
    )
}

fn functions(major: u32) -> String {
    let body = if major >= 14 {
        "coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)"
    } else {
        "p.prosrc"
    };
    // The kinds of aggregates have other usual values.
    let modify = "CASE WHEN g.aggfinalmodify <> CASE g.aggkind WHEN 'n' THEN 'r' ELSE 'w' END THEN 'FINALFUNC_MODIFY = ' || \
         CASE g.aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END";
    family(
        [
            "CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END",
            "n.nspname, p.proname, oidvectortypes(p.proargtypes)",
            &list("'schema', n.nspname"),
            "'pg_proc:' || p.oid || ':0'",
            &format!(
                "'arguments', nullif(pg_get_function_arguments(p.oid), ''), 'result', pg_get_function_result(p.oid), \
                 'language', CASE WHEN p.prokind <> 'a' THEN l.lanname END, \
                 'body', CASE WHEN p.prokind <> 'a' THEN concat_ws(' ', {body}, p.probin) END, \
                 'definition', (SELECT concat_ws(', ', 'SFUNC = ' || g.aggtransfn, 'STYPE = ' || format_type(g.aggtranstype, NULL), \
                   'SSPACE = ' || nullif(g.aggtransspace, 0), 'FINALFUNC = ' || nullif(g.aggfinalfn::oid, 0)::regproc, \
                   CASE WHEN g.aggfinalextra THEN 'FINALFUNC_EXTRA' END, {modify}, \
                   'COMBINEFUNC = ' || nullif(g.aggcombinefn::oid, 0)::regproc, \
                   'SERIALFUNC = ' || nullif(g.aggserialfn::oid, 0)::regproc, \
                   'DESERIALFUNC = ' || nullif(g.aggdeserialfn::oid, 0)::regproc, 'INITCOND = ' || quote_literal(g.agginitval), \
                   'MSFUNC = ' || nullif(g.aggmtransfn::oid, 0)::regproc, 'MINVFUNC = ' || nullif(g.aggminvtransfn::oid, 0)::regproc, \
                   'MSTYPE = ' || format_type(nullif(g.aggmtranstype, 0), NULL), 'MSSPACE = ' || nullif(g.aggmtransspace, 0), \
                   'MFINALFUNC = ' || nullif(g.aggmfinalfn::oid, 0)::regproc, CASE WHEN g.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END, \
                   'MINITCOND = ' || quote_literal(g.aggminitval), 'SORTOP = OPERATOR(' || replace(o.oprnamespace::regnamespace || '.' || o.oprname || ')', ' ', ''), \
                   CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED' END, \
                   CASE WHEN g.aggkind = 'h' THEN 'HYPOTHETICAL' END) \
                   FROM pg_aggregate g LEFT JOIN pg_operator o ON o.oid = g.aggsortop WHERE g.aggfnoid = p.oid), \
                 'properties', nullif(concat_ws(', ', CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' END, \
                   CASE WHEN p.proisstrict THEN 'strict' END, CASE WHEN p.prosecdef THEN 'security definer' END, \
                   CASE WHEN p.proleakproof THEN 'leakproof' END, CASE p.proparallel WHEN 's' THEN 'parallel safe' \
                   WHEN 'r' THEN 'parallel restricted' END, CASE WHEN p.prokind = 'w' THEN 'window' END, \
                   CASE WHEN p.prokind <> 'a' THEN 'cost ' || p.procost END, CASE WHEN p.proretset THEN 'rows ' || p.prorows END, \
                   'support ' || nullif(p.prosupport::oid, 0)::regproc, \
                   (SELECT string_agg('set ' || s, ', ' ORDER BY s) FROM unnest(p.proconfig) s)), ''), \
                 'owner', pg_get_userbyid(p.proowner), 'comment', obj_description(p.oid, 'pg_proc'), \
                 '_ddl', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END"
            ),
        ],
        &format!(
            "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang \
             WHERE {OURS} AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid \
             AND e.deptype IN ('e', 'i'))"
        ),
    )
}

/// Triggers, rules, policies, statistics.
fn on_tables(major: u32) -> Vec<String> {
    let parent = list(&format!("{RELATION}, n.nspname, c.relname"));
    let from = |catalog: &str, on: &str, and: &str| {
        format!(
            "FROM {catalog} g JOIN pg_class c ON c.oid = g.{on} JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE {OURS} AND c.relkind IN ('r', 'p', 'v', 'm') AND {and} AND {} AND {}",
            made("pg_class", "c.oid"),
            no_member(catalog, "g.oid")
        )
    };
    let expressions = if major >= 14 {
        "pg_get_statisticsobjdef_expressions(g.oid)::text"
    } else {
        "NULL"
    };
    let enabled = |column: &str| {
        format!(
            "CASE {column} WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END"
        )
    };
    vec![
        family(
            [
                "'trigger'",
                "n.nspname, c.relname, g.tgname",
                &parent,
                "'pg_trigger:' || g.oid || ':0'",
                &format!(
                    "'definition', pg_get_triggerdef(g.oid), 'enabled', {}, 'comment', obj_description(g.oid, 'pg_trigger')",
                    enabled("g.tgenabled")
                ),
            ],
            &from(
                "pg_trigger",
                "tgrelid",
                "NOT g.tgisinternal AND g.tgparentid = 0",
            ),
        ),
        family(
            [
                "'rule'",
                "n.nspname, c.relname, g.rulename",
                &parent,
                "'pg_rewrite:' || g.oid || ':0'",
                &format!(
                    "'definition', pg_get_ruledef(g.oid), 'enabled', {}, 'comment', obj_description(g.oid, 'pg_rewrite')",
                    enabled("g.ev_enabled")
                ),
            ],
            &from("pg_rewrite", "ev_class", "g.rulename <> '_RETURN'"),
        ),
        family(
            [
                "'policy'",
                "n.nspname, c.relname, g.polname",
                &parent,
                "'pg_policy:' || g.oid || ':0'",
                "'command', CASE g.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' \
                 WHEN 'd' THEN 'delete' END, 'restrictive', CASE WHEN NOT g.polpermissive THEN 'yes' END, \
                 'roles', (SELECT string_agg(CASE WHEN r = 0 THEN 'public' ELSE quote_ident(pg_get_userbyid(r)) END, ', ' \
                 ORDER BY pg_get_userbyid(r)) FROM unnest(g.polroles) r), 'using', pg_get_expr(g.polqual, g.polrelid), \
                 'with check', pg_get_expr(g.polwithcheck, g.polrelid), 'comment', obj_description(g.oid, 'pg_policy')",
            ],
            &from("pg_policy", "polrelid", "true"),
        ),
        family(
            [
                "'statistics'",
                "(SELECT z.nspname FROM pg_namespace z WHERE z.oid = g.stxnamespace), g.stxname",
                &parent,
                "'pg_statistic_ext:' || g.oid || ':0'",
                // Columns are printed in the order of the table's, which means nothing.
                &format!(
                    "'=definition', json_build_array(pg_get_statisticsobjdef(g.oid), concat_ws(' ', g.stxkind::text, n.nspname, c.relname, \
                 (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) FROM pg_attribute a \
                 WHERE a.attrelid = c.oid AND a.attnum = ANY (g.stxkeys)), {expressions})), 'comment', obj_description(g.oid, 'pg_statistic_ext'), \
                 'target', nullif(g.stxstattarget, -1)::text, 'owner', pg_get_userbyid(g.stxowner)"
                ),
            ],
            &from("pg_statistic_ext", "stxrelid", "true"),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::{commented, queries};

    #[test]
    fn comments_are_looked_up_in_place() {
        assert_eq!(
            commented("SELECT 'comment', obj_description(t.oid, 'pg_type'), 2"),
            "SELECT 'comment', (SELECT cc.description FROM pg_description cc WHERE cc.objoid = t.oid \
             AND cc.classoid = 'pg_type'::regclass AND cc.objsubid = 0), 2"
        );
        let text = "obj_description(";
        assert_eq!(commented(text), text);
        for major in 13..=18 {
            assert!(queries(major).iter().all(|query| !query.contains(text)));
        }
    }
}
