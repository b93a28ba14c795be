//! The queries for what is not an object itself: who depends on whom, and what else
//! is there.

/// Other addresses of the same objects: row types, arrays, indexes of constraints,
/// rules of views, defaults of columns.
pub(super) fn aliases() -> String {
    "SELECT '=', 'pg_type:' || t.oid || ':0', CASE WHEN t.typelem <> 0 THEN 'pg_type:' || t.typelem ELSE 'pg_class:' || t.typrelid \
     END || ':0', NULL, NULL FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid WHERE t.oid >= 16384 \
     AND (t.typcategory = 'A' OR c.relkind IN ('r', 'p', 'v', 'm')) \
     UNION ALL SELECT '=', 'pg_class:' || t.typrelid || ':0', 'pg_type:' || t.oid || ':0', NULL, NULL FROM pg_type t \
     JOIN pg_class c ON c.oid = t.typrelid WHERE c.relkind = 'c' AND t.oid >= 16384 \
     UNION ALL SELECT '=', 'pg_class:' || k.conindid || ':0', 'pg_constraint:' || k.oid || ':0', NULL, NULL FROM pg_constraint k \
     WHERE k.contype IN ('p', 'u', 'x') AND k.oid >= 16384 \
     UNION ALL SELECT '=', 'pg_rewrite:' || r.oid || ':0', 'pg_class:' || r.ev_class || ':0', NULL, NULL FROM pg_rewrite r \
     WHERE r.rulename = '_RETURN' AND r.oid >= 16384 \
     UNION ALL SELECT '=', 'pg_attrdef:' || d.oid || ':0', 'pg_class:' || d.adrelid || ':' || d.adnum, NULL, NULL FROM pg_attrdef d \
     UNION ALL SELECT '=', classid || ':' || objid || ':0', 'pg_extension:' || refobjid || ':0', NULL, NULL \
     FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass"
        .to_owned()
}

pub(super) fn edges() -> String {
    // Without what says only that a sequence goes with its column, which would be a circle.
    "SELECT '>', d.classid || ':' || d.objid || ':' || d.objsubid, \
     d.refclassid || ':' || d.refobjid || ':' || d.refobjsubid, NULL, NULL FROM pg_depend d \
     WHERE d.objid >= 16384 AND d.deptype IN ('n', 'a', 'i', 'P', 'S') AND NOT (d.deptype IN ('a', 'i') AND d.refobjsubid > 0 \
     AND EXISTS (SELECT 1 FROM pg_sequence s WHERE d.classid = 'pg_class'::regclass AND s.seqrelid = d.objid)) \
     UNION ALL SELECT '>', 'pg_class:' || i.inhrelid || ':0', 'pg_class:' || i.inhparent || ':0', NULL, NULL FROM pg_inherits i"
        .to_owned()
}

/// What is there and not read: its name, and in whose words.
pub(super) fn unmodelled() -> String {
    let probes = [
        (
            "foreign table",
            "pg_class",
            "o.oid::regclass::text",
            "AND o.relkind = 'f'",
        ),
        (
            "cast",
            "pg_cast",
            "o.castsource::regtype || ' AS ' || o.casttarget::regtype",
            "",
        ),
        ("operator", "pg_operator", "o.oid::regoperator::text", ""),
        (
            "operator class",
            "pg_opclass",
            "o.opcnamespace::regnamespace || '.' || o.opcname",
            "",
        ),
        (
            "operator family",
            "pg_opfamily",
            "o.opfnamespace::regnamespace || '.' || o.opfname",
            "",
        ),
        (
            "text search configuration",
            "pg_ts_config",
            "o.oid::regconfig::text",
            "",
        ),
        (
            "text search dictionary",
            "pg_ts_dict",
            "o.oid::regdictionary::text",
            "",
        ),
        ("text search parser", "pg_ts_parser", "o.prsname::text", ""),
        (
            "text search template",
            "pg_ts_template",
            "o.tmplname::text",
            "",
        ),
        ("language", "pg_language", "o.lanname::text", ""),
        (
            "transform",
            "pg_transform",
            "o.trftype::regtype || ' ' || o.trflang",
            "",
        ),
        ("collation", "pg_collation", "o.oid::regcollation::text", ""),
        (
            "conversion",
            "pg_conversion",
            "o.connamespace::regnamespace || '.' || o.conname",
            "",
        ),
        (
            "foreign-data wrapper",
            "pg_foreign_data_wrapper",
            "o.fdwname::text",
            "",
        ),
        ("server", "pg_foreign_server", "o.srvname::text", ""),
        ("publication", "pg_publication", "o.pubname::text", ""),
        ("event trigger", "pg_event_trigger", "o.evtname::text", ""),
        ("access method", "pg_am", "o.amname::text", ""),
        (
            "default privileges",
            "pg_default_acl",
            "concat_ws(' ', o.defaclrole::regrole, nullif(o.defaclnamespace, 0)::regnamespace, o.defaclobjtype)",
            "",
        ),
    ];
    let probes: Vec<String> = probes
        .iter()
        .map(|(what, catalog, name, and)| {
            format!(
                "SELECT '{what}' AS what, {name} AS name, '{catalog}'::regclass AS catalog, o.oid FROM {catalog} o \
                 WHERE o.oid >= 16384 {and}"
            )
        })
        .collect();
    let parts = [
        // One look at who belongs to whom for all of them: one for each takes longer to plan
        // than all else about an empty database.
        format!(
            "SELECT '?', o.what, o.name, NULL, NULL FROM ({}) o WHERE NOT EXISTS (SELECT 1 FROM pg_depend e \
             WHERE e.classid = o.catalog AND e.objid = o.oid AND e.deptype IN ('e', 'i'))",
            probes.join(" UNION ALL ")
        ),
        "SELECT '?', 'user mapping', concat_ws(' for ', m.srvname, m.usename), NULL, NULL FROM pg_user_mappings m".to_owned(),
        "SELECT '?', 'subscription', s.subname::text, NULL, NULL FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid \
         WHERE d.datname = current_database()"
            .to_owned(),
        // Not the view over it, which asks each catalog. Those of roles, databases and
        // tablespaces are in another table.
        "SELECT '?', 'security label', concat_ws(' ', i.type, i.identity), NULL, NULL FROM pg_seclabel l \
         CROSS JOIN LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) i"
            .to_owned(),
    ];
    parts.join(" UNION ALL ")
}
