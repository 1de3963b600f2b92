select
    q.status_complex_id,
    q.period,
    l.complex_id,
    q.complex_type,
    q.province_code,
    p.name_ko as province_ko,
    p.name_en as province_en,
    q.sigungu_ko,
    q.name_ko,
    q.name_raw,
    q.former_name_ko,
    q.renewal,
    q.level,
    q.level = 0 as is_top_level,
    q.parent_id,
    q.whole_id,
    q.is_straddling,
    q.seq,
    q.development_status,
    {%- for column in status_columns() if not column.get('cumulative') %}
    q.{{ column.name }},
    coalesce(q.{{ column.name }}_status, 'O') as {{ column.name }}_status,
    {%- endfor %}
    {%- for flow in ['production_krw_100m', 'exports_usd_m'] %}
    f.{{ flow }},
    f.{{ flow }}_status,
    {%- endfor %}
    q.snapshot_id,
    q.sheet,
    q.name_cell,
    q.is_simulated
from {{ ref('int_status_quarters_pivoted') }} as q
left join {{ ref('int_status_flows_differenced') }} as f
    on f.status_complex_id = q.status_complex_id
    and f.period = q.period
left join {{ ref('status_complexes') }} as l on l.status_complex_id = q.status_complex_id
left join {{ ref('provinces') }} as p on p.province_code = q.province_code
