select
    m.measure,
    m.landed_measure,
    m.unit_code,
    m.dimension,
    m.kind,
    m.name_ko,
    m.name_en,
    u.name_ko as unit_ko,
    u.name_en as unit_en,
    m.definition_ko,
    m.definition_en,
    m.source
from {{ ref('measures') }} as m
left join {{ ref('canonical_units') }} as u on u.unit_code = m.unit_code
