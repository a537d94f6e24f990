%% The program: its tree, and the commands of the judge, a line each.
-module(survival).
-behaviour(application).
-export([run/0, start/2, stop/1, init/1]).

-define(PATIENCE, 2000).

run() ->
    logger:remove_handler(default),
    logger:add_handler(default, logger_std_h, #{config => #{type => standard_error}}),
    ets:new(flags, [named_table, public]),
    ok = application:load({application, survival, [{mod, {survival, []}}, {applications, [kernel, stdlib]}]}),
    {ok, _} = application:ensure_all_started(survival, permanent),
    say("ready"),
    spawn(fun commands/0),
    receive never -> ok end.

start(_, _) -> supervisor:start_link({local, top}, ?MODULE, top).
stop(_) -> ok.

init(top) ->
    Unit = #{id => unit, start => {supervisor, start_link, [{local, unit}, ?MODULE, unit]}, type => supervisor},
    {ok, {limit(), [Unit, child(other1), child(other2)]}};
init(unit) ->
    {ok, {limit(), [child(victim), child(sibling)]}}.

limit() -> #{strategy => one_for_one, intensity => 3, period => 5}.
child(Name) -> #{id => Name, start => {survival_worker, start_link, [Name]}, shutdown => 500}.

commands() ->
    case io:get_line("") of
        eof -> ok;
        Line ->
            [Id, Verb, Arg] = string:lexemes(string:trim(Line), " "),
            spawn(fun() -> say([Id, " ", command(Verb, Arg)]) end),
            commands()
    end.

say(Line) -> io:put_chars(["@ ", Line, "\n"]).

command("ask", Who) -> done(do(list_to_atom(Who), ask));
command("work", Who) -> done(do(list_to_atom(Who), {pause, 50}));
command("restart", Who) ->
    Id = list_to_atom(Who),
    supervisor:terminate_child(unit, Id),
    case supervisor:restart_child(unit, Id) of
        {ok, _} -> "ok";
        Else -> error_line(Else)
    end;
command("stats", _) ->
    [erlang:garbage_collect(P) || P <- processes()],
    io_lib:format("ok ~b ~b", [erlang:system_info(process_count), erlang:memory(total) bsr 20]);
command("flood", Who) -> flood(list_to_atom(Who));
command(Fault, _) -> done(do(victim, {fault, Fault})).

do(Who, What) ->
    try gen_server:call(Who, What, ?PATIENCE) catch _:Reason -> {error, Reason} end.

done({ok, Count, Born}) -> io_lib:format("ok ~b ~b", [Count, Born]);
done(Else) -> error_line(Else).

error_line(E) -> ["error \"", [C || C <- lists:flatten(io_lib:format("~0P", [E, 12])), C =/= $", C =/= $\n], "\""].

flood(Who) ->
    Self = self(),
    Begun = now_ms(),
    N = flood(Who, Self, Begun, 0, 0),
    Asked = now_ms(),
    Back = back(Who, Asked),
    {Most, Clients} = N,
    {A, T, L} = collect(Clients, 0, 0, 0),
    io_lib:format("ok ~b ~b ~b ~b ~b", [A, T, L, Most bsr 20, Back]).

flood(Who, Self, Begun, Most, N) ->
    case now_ms() - Begun > 3000 of
        true -> {Most, N};
        false ->
            [spawn(fun() -> client(Who, Self) end) || _ <- lists:seq(1, 100)],
            timer:sleep(9),
            flood(Who, Self, Begun, max(Most, erlang:memory(total)), N + 100)
    end.

back(Who, Asked) ->
    Took = now_ms() - Asked,
    case do(Who, ask) of
        {ok, _, _} -> now_ms() - Asked;
        _ when Took < 10000 -> timer:sleep(20), back(Who, Asked);
        _ -> now_ms() - Asked
    end.

client(Who, Owner) ->
    Asked = now_ms(),
    Result = do(Who, {pause, 1}),
    Took = now_ms() - Asked,
    Owner ! case Result of
        {ok, _, _} -> answered;
        _ when Took < ?PATIENCE * 3 div 4 -> told;
        _ -> late
    end.

collect(0, A, T, L) -> {A, T, L};
collect(N, A, T, L) ->
    receive
        answered -> collect(N - 1, A + 1, T, L);
        told -> collect(N - 1, A, T + 1, L);
        late -> collect(N - 1, A, T, L + 1)
    end.

now_ms() -> erlang:monotonic_time(millisecond).
