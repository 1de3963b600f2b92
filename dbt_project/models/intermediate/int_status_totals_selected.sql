-- The publisher's own sums by type and province, once each: the summary before the table by province.
with ranked as (
    select
        c.complex_type,
        c.province_code,
        c.period,
        c.snapshot_id,
        c.measure,
        c.sex,
        c.size_class,
        c.value,
        c.obs_status,
        c.is_simulated,
        row_number() over (
            partition by c.period, c.complex_type, c.province_code, c.measure, c.sex
            order by c.table_no, c.sheet_row
        ) as place
    from {{ ref('int_status_cells_harmonised') }} as c
    inner join {{ ref('int_status_editions_selected') }} as e
        on e.snapshot_id = c.snapshot_id
        and e.period = c.period
    where c.row_kind = 'total' and c.table_id in ('summary', 'by_province')
)

select * from ranked where place = 1
