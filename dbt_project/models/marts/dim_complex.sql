with spellings as (
    select complex_id, {{ dbt.listagg('spelling', "' | '", 'order by spelling') }} as spellings
    from {{ ref('complex_spellings') }}
    group by complex_id
),

breaks as (
    select
        c.complex_id,
        {%- for language in ['ko', 'en'] %}
        {{ dbt.listagg(
            "b.effective || ' ' || b.what_" ~ language, "' | '", 'order by b.effective, b.break_id'
        ) }} as breaks_{{ language }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('complexes') }} as c
    -- a break of '_T' concerns every complex
    inner join {{ ref('complex_breaks') }} as b on b.complex_id in (c.complex_id, '_T')
    group by c.complex_id
)

select
    c.complex_id,
    c.name_ko,
    c.name_en,
    c.complex_type,
    c.province_code,
    c.province_ko,
    c.province_en,
    c.sigungu_ko,
    c.sigungu_en,
    c.longitude,
    c.latitude,
    c.published_from,
    c.published_until,
    c.note_ko,
    c.note_en,
    c.source,
    s.spellings,
    c.published_until is null as is_current,
    b.breaks_ko,
    b.breaks_en
from {{ ref('complexes') }} as c
left join spellings as s on s.complex_id = c.complex_id
left join breaks as b on b.complex_id = c.complex_id
