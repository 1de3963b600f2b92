-- `query_sql`: where the values can be read in a release, ready to run there.
select
    metric,
    name_ko,
    name_en,
    unit,
    unit_en,
    dimension,
    model,
    series,
    trend_measure,
    status_measure,
    growth_of,
    definition_ko,
    definition_en,
    case
        when model = 'national_share'
            then 'SELECT definition, period, share_pct AS value FROM national_share WHERE metric = '''
                || metric || ''' AND share_pct IS NOT NULL'
        when model = 'growth'
            then 'SELECT l.definition, l.period, (l.value / b.value - 1) * 100 AS value FROM claim_measure l '
                || 'JOIN claim_measure b ON b.metric = l.metric AND b.definition = l.definition '
                || 'AND b.period = CAST(CAST(left(l.period, 4) AS INTEGER) - 1 AS VARCHAR) || substr(l.period, 5) '
                || 'WHERE l.metric = ''' || growth_of || ''' AND b.value <> 0 '
                || 'AND NOT starts_with(l.source, ''derived'') AND NOT starts_with(b.source, ''derived'')'
        when model = 'complex_list'
            then 'SELECT ''trend_total'' AS definition, period, CAST(count(*) AS DOUBLE) AS value '
                || 'FROM complex_quarterly GROUP BY period'
        when trend_measure is not null
            then 'SELECT ''trend_total'' AS definition, period, ' || trend_measure || ' AS value '
                || 'FROM national_total_quarterly WHERE ' || trend_measure || '_status = ''A'''
        when status_measure in ('exports_usd_m', 'production_krw_100m')
            then 'SELECT ''status_total'' AS definition, period, sum(' || status_measure || ') AS value '
                || 'FROM complex_status_quarterly WHERE is_top_level GROUP BY period '
                || 'HAVING bool_and(' || status_measure || '_status = ''A'')'
        when status_measure is not null
            then 'SELECT ''status_total'' AS definition, period, ' || status_measure || ' AS value '
                || 'FROM complex_status_total_quarterly WHERE complex_type = ''_T'' AND province_code = ''_T'''
        when series is not null
            then 'SELECT source || '', '' || print AS definition, period, value, unit FROM published_figure '
                || 'WHERE series = ''' || series || ''''
    end as query_sql,
    words,
    needs_ko,
    needs_en,
    sort_order
from {{ ref('claim_metrics') }}
