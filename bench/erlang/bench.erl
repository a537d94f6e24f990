%% The workloads, as in the Go files beside this. Prints a line for each figure:
%% its key and its value.
-module(bench).
-export([main/1]).

main([Workload | Args]) ->
    logger:set_primary_config(level, none),
    [Times, Others, Groups, Size] = [list_to_integer(A) || A <- Args],
    process_flag(trap_exit, true),
    run(Workload, Times, Others, Groups, Size),
    halt(0, [{flush, true}]).

run("call", Times, Others, _, _) ->
    Pid = call_server(Others),
    loop(Times, fun(N) -> call(N, Pid) end);
run("cast", Times, Others, Groups, _) ->
    Pid = call_server(Others),
    loop(Times, fun(N) -> cast(N, Groups, Pid) end);
run("relay", Times, Others, Groups, Size) ->
    others(Others),
    Sup = dynamic(),
    Firsts = [ring(Sup, Size) || _ <- lists:seq(1, Groups)],
    loop(Times, fun(N) ->
        Laps = max(1, N div (Groups * Size)),
        [gen_server:cast(P, {serve, Laps, self()}) || P <- Firsts],
        [receive done -> ok end || _ <- Firsts]
    end);
run("spawn", Times, _, _, _) ->
    Base = erlang:system_info(process_count),
    phases(Times,
        fun() -> [begin {ok, P} = gen_server:start(bench_server, idle, []), P end || _ <- lists:seq(1, Times)] end,
        fun(Pids) ->
            [exit(P, shutdown) || P <- Pids],
            until_processes(Base)
        end);
run("children", Times, _, _, _) ->
    Sup = dynamic(),
    phases(Times,
        fun() -> [{ok, _} = supervisor:start_child(Sup, []) || _ <- lists:seq(1, Times)], ok end,
        fun(ok) -> gen_server:stop(Sup, shutdown, infinity) end);
run("restart", Times, Others, _, _) ->
    others(Others),
    laps("", Times, fun restart/1, phoenix());
run("backlog", Times, _, _, _) ->
    Pid = call_server(0),
    gen_server:cast(Pid, {want, Times, self()}),
    1 = gen_server:call(Pid, get),
    phases(Times,
        fun() -> erlang:suspend_process(Pid), tick(Times, Pid) end,
        fun(ok) -> erlang:resume_process(Pid), receive done -> ok end end);
run("blocked", Times, _, Asleep, _) ->
    Pid = call_server(0),
    Call = fun(P) -> 1 = gen_server:call(P, get), P end,
    Free = laps("free.", Times, Call, Pid),
    [begin {ok, P} = gen_server:start(bench_server, idle, []), gen_server:cast(P, sleep) end || _ <- lists:seq(1, Asleep)],
    Beside = laps("asleep.", Times, Call, Pid),
    figure("ratio", Beside / Free);
run("names", Times, _, _, _) ->
    call_server(0),
    {ok, _} = supervised({gen_server, start_link, [{global, key}, bench_server, idle, []]}),
    figure("name", element(1, timed(Times, fun(N) -> call(N, the_server) end))),
    figure("key", element(1, timed(Times, fun(N) -> call(N, {global, key}) end)));
run("growth", Times, Others, _, _) ->
    Pid = call_server(0),
    growth(Times, Pid, phoenix(), 0, [{Others div 1000, "1k"}, {Others div 100, "10k"}, {Others div 10, "100k"}, {Others, "1M"}], []).

growth(_, _, _, _, [], [{C2, T2, R2}, _, _, {C1, T1, R1}]) ->
    figure("call.ratio", C2 / C1),
    figure("cast.ratio", T1 / T2),
    figure("restart.ratio", R2 / R1);
growth(Times, Pid, Child, There, [{Others, Label} | Steps], Sofar) ->
    others(Others - There),
    {Call, _} = timed(Times, fun(N) -> call(N, Pid) end),
    {_, Cast} = timed(5 * Times, fun(N) -> cast(N, 1, Pid) end),
    %% So that the supervisor has forgotten the restarts of the step before.
    timer:sleep(1100),
    {Laps, Last} = laps(max(Times div 100, 10), fun restart/1, Child, erlang:monotonic_time(nanosecond), []),
    Restart = quantile(Laps, 0.5),
    figure("call." ++ Label, Call),
    figure("cast." ++ Label, Cast),
    figure("restart." ++ Label, Restart),
    growth(Times, Pid, Last, Others, Steps, [{Call, Cast, Restart} | Sofar]).

phoenix() ->
    {ok, _} = supervised({gen_server, start_link, [bench_server, {phoenix, self()}, []]}),
    receive {up, Pid} -> Pid end.

restart(Child) ->
    gen_server:cast(Child, crash),
    receive {up, Pid} -> 1 = gen_server:call(Pid, get), Pid end.

call_server(Others) ->
    others(Others),
    {ok, _} = supervised({gen_server, start_link, [{local, the_server}, bench_server, idle, []]}),
    whereis(the_server).

others(Others) ->
    [{ok, _} = gen_server:start(bench_server, idle, []) || _ <- lists:seq(1, Others)],
    ok.

supervised(Start) ->
    supervisor:start_link(bench_sup, {one_for_one, Start}).

dynamic() ->
    {ok, Sup} = supervisor:start_link(bench_sup,
        {simple_one_for_one, {gen_server, start_link, [bench_server, idle, []]}}),
    Sup.

ring(Sup, Size) ->
    Ring = [begin {ok, P} = supervisor:start_child(Sup, []), P end || _ <- lists:seq(1, Size)],
    [gen_server:cast(P, {meet, Next}) || {P, Next} <- lists:zip(Ring, tl(Ring) ++ [hd(Ring)])],
    hd(Ring).

call(0, _) -> ok;
call(N, To) -> 1 = gen_server:call(To, get), call(N - 1, To).

cast(N, Groups, Pid) ->
    gen_server:cast(Pid, {want, N, self()}),
    [spawn_link(fun() -> tick(share(N, Groups, I), Pid) end) || I <- lists:seq(0, Groups - 1)],
    receive done -> ok end.

tick(0, _) -> ok;
tick(N, Pid) -> gen_server:cast(Pid, tick), tick(N - 1, Pid).

share(Times, Many, I) when I < Times rem Many -> Times div Many + 1;
share(Times, Many, _) -> Times div Many.

until_processes(Base) ->
    case erlang:system_info(process_count) > Base of
        true -> receive after 1 -> until_processes(Base) end;
        false -> ok
    end.

%% How the figures are taken.

loop(Times, Run) ->
    {Nanos, Rate} = timed(Times, Run),
    figure("ns", Nanos),
    figure("rate", Rate).

%% The time of one, and how many there are a second.
timed(Times, Run) ->
    Run(Times div 10 + 1),
    erlang:garbage_collect(),
    Took = took(fun() -> Run(Times) end),
    {Took / Times, Times / (Took / 1.0e9)}.

phases(Times, Fill, Empty) ->
    {Live, Resident} = weigh(),
    Began = erlang:monotonic_time(nanosecond),
    Things = Fill(),
    Filled = erlang:monotonic_time(nanosecond) - Began,
    {FullLive, FullResident} = weigh(),
    Emptied = took(fun() -> Empty(Things) end),
    figure("fill", Times / (Filled / 1.0e9)),
    figure("empty", Times / (Emptied / 1.0e9)),
    figure("emptyns", Emptied / Times),
    figure("live", (FullLive - Live) / Times),
    figure("resident", (FullResident - Resident) / Times).

laps(Prefix, Times, Run, First) ->
    Began = erlang:monotonic_time(nanosecond),
    {Laps, _} = laps(Times, Run, First, Began, []),
    Took = erlang:monotonic_time(nanosecond) - Began,
    P99 = quantile(Laps, 0.99),
    figure(Prefix ++ "rate", Times / (Took / 1.0e9)),
    figure(Prefix ++ "ns", Took / Times),
    figure(Prefix ++ "fresh", quantile(lists:sublist(lists:reverse(Laps), 100), 0.5)),
    figure(Prefix ++ "p50", quantile(Laps, 0.5)),
    figure(Prefix ++ "p99", P99),
    P99.

laps(0, _, State, _, Laps) -> {Laps, State};
laps(N, Run, State, Last, Laps) ->
    Next = Run(State),
    Now = erlang:monotonic_time(nanosecond),
    laps(N - 1, Run, Next, Now, [Now - Last | Laps]).

quantile(Laps, Share) ->
    lists:nth(1 + trunc(Share * (length(Laps) - 1)), lists:sort(Laps)) / 1000.

took(Run) ->
    Began = erlang:monotonic_time(nanosecond),
    Run(),
    erlang:monotonic_time(nanosecond) - Began.

weigh() ->
    erlang:garbage_collect(),
    {erlang:memory(total), resident()}.

resident() ->
    case file:read_file("/proc/" ++ os:getpid() ++ "/statm") of
        {ok, Text} ->
            [_, Pages | _] = string:lexemes(Text, " "),
            binary_to_integer(Pages) * 4096;
        _ -> 0
    end.

figure(Key, Value) ->
    io:format("~s ~g~n", [Key, Value * 1.0]).
