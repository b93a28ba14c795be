//! The query for who may do what.

use super::introspect_sql::{OURS, list, made, no_member};

/// What a role may, of rows of `aclexplode`.
const PRIVILEGES: &str = "string_agg(DISTINCT e.privilege_type || CASE WHEN e.is_grantable THEN ' with grant option' ELSE '' END, ', ' \
    ORDER BY e.privilege_type || CASE WHEN e.is_grantable THEN ' with grant option' ELSE '' END)";

/// For each role, what it may with objects that the current one is going to make.
pub(super) fn given() -> String {
    format!(
        "SELECT '!', d.defaclobjtype::text, CASE e.grantee WHEN 0 THEN 'public' WHEN d.defaclrole THEN 'the owner' \
         ELSE pg_get_userbyid(e.grantee)::text END, n.nspname::text, {PRIVILEGES} \
         FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace CROSS JOIN LATERAL aclexplode(d.defaclacl) e \
         WHERE pg_get_userbyid(d.defaclrole) = current_user GROUP BY d.defaclobjtype, d.defaclrole, n.nspname, e.grantee"
    )
}

/// For each role, what it may, where that is not what the kind of object gives anyway.
pub(super) fn grants() -> String {
    let objects = [
        (
            "'schema', n.nspname",
            "n.nspacl",
            "'n'",
            "n.nspowner",
            "pg_namespace",
            "n.oid",
            "FROM pg_namespace n WHERE true",
        ),
        (
            "CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END, \
             n.nspname, c.relname",
            "c.relacl",
            "CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\"",
            "c.relowner",
            "pg_class",
            "c.oid",
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S')",
        ),
        (
            "CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END, n.nspname, p.proname, \
             oidvectortypes(p.proargtypes)",
            "p.proacl",
            "'f'",
            "p.proowner",
            "pg_proc",
            "p.oid",
            "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE true",
        ),
        (
            "CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite type' ELSE 'range type' END, \
             n.nspname, t.typname",
            "t.typacl",
            "'T'",
            "t.typowner",
            "pg_type",
            "t.oid",
            "FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid \
             WHERE t.typtype IN ('e', 'd', 'c', 'r') AND (t.typrelid = 0 OR c.relkind = 'c')",
        ),
        (
            "'column', n.nspname, c.relname, a.attname, \
             CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END",
            "a.attacl",
            "'c'",
            "c.relowner",
            "pg_class",
            "c.oid",
            "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped",
        ),
    ];
    let objects: Vec<String> = objects
        .iter()
        .map(|(parent, acl, letter, owner, catalog, oid, from)| {
            format!(
                "SELECT {}::text AS parent, {acl} AS acl, \
                 coalesce((SELECT v.initprivs FROM pg_init_privs v WHERE v.classoid = '{catalog}'::regclass AND v.objoid = {oid} \
                 AND v.objsubid = 0 AND v.privtype = 'i' AND {letter} <> 'c'), acldefault({letter}, {owner})) AS usual, \
                 {owner} AS owner {from} AND {OURS} AND {acl} IS NOT NULL AND {}",
                list(parent),
                // The schema `public` came with the cluster.
                if *catalog == "pg_namespace" {
                    no_member(catalog, oid)
                } else {
                    made(catalog, oid)
                }
            )
        })
        .collect();
    let side = |acl: &str| {
        format!(
            "(SELECT e.grantee, {PRIVILEGES} AS privileges FROM aclexplode(o.{acl}) e GROUP BY e.grantee)"
        )
    };
    format!(
        "SELECT 'grant', {}::text, o.parent, NULL, {}::text \
         FROM ({}) o CROSS JOIN LATERAL (SELECT coalesce(a.grantee, b.grantee) AS grantee, a.privileges \
         FROM {} a FULL JOIN {} b ON a.grantee = b.grantee WHERE a.privileges IS DISTINCT FROM b.privileges) x",
        list(
            "CASE x.grantee WHEN 0 THEN 'public' WHEN o.owner THEN 'the owner' ELSE pg_get_userbyid(x.grantee) END"
        ),
        list("'privileges', coalesce(x.privileges, 'none')"),
        objects.join(" UNION ALL "),
        side("acl"),
        side("usual")
    )
}
