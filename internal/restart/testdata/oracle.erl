%% Runs scripts on OTP's supervisor and prints a line of what happened for each.
%%
%% A batch of steps meets a supervisor that is suspended, so that all of it is
%% in the mailbox, in order, before the first of it is handled. Nothing waits
%% for time to pass.
-module(oracle).
-behaviour(supervisor).
-export([main/1, init/1, start_child/2, child/2]).

main([File]) ->
    logger:set_primary_config(level, none),
    process_flag(trap_exit, true),
    {ok, Scripts} = file:consult(File),
    [io:put_chars([lists:join($\s, run(S)), $\n]) || S <- Scripts],
    halt().

init(Spec) -> {ok, Spec}.

run({Strategy, Auto, Max, Children, Outcomes, Batches}) ->
    T = ets:new(trace, [public, ordered_set]),
    ets:insert(T, [{next, 0}, {outcomes, Outcomes}]),
    Flags = #{strategy => Strategy, auto_shutdown => Auto, intensity => Max, period => 3600},
    case supervisor:start_link(?MODULE, {Flags, [spec(T, C) || C <- Children]}) of
        {ok, Sup} ->
            states(T, Sup),
            batches(T, Sup, Batches);
        {error, {shutdown, {failed_to_start_child, Id, _}}} ->
            receive {'EXIT', _, _} -> ok end,
            log(T, ["init:", atom_to_list(Id)])
    end,
    Trace = [What || {N, What} <- ets:tab2list(T), is_integer(N)],
    ets:delete(T),
    Trace.

spec(T, {Id, Restart, Significant}) ->
    #{id => Id, start => {?MODULE, start_child, [T, Id]}, restart => Restart,
      significant => Significant, shutdown => infinity}.

batches(T, Sup, []) ->
    exit(Sup, shutdown),
    ended(T, Sup);
batches(T, Sup, [{Outcomes, Steps} | Rest]) ->
    ets:insert(T, {outcomes, Outcomes}),
    Pids = maps:from_list([{Id, Pid} || {Id, Pid, _, _} <- supervisor:which_children(Sup), is_pid(Pid)]),
    ok = sys:suspend(Sup),
    Requests = queue_steps(T, Sup, Steps, Pids),
    ok = sys:resume(Sup),
    Answers = [["=", answer(R)] || R <- Requests],
    Settled = settled(Sup),
    [log(T, A) || A <- Answers], % only now, when the supervisor logs nothing more
    case Settled of
        true -> states(T, Sup), batches(T, Sup, Rest);
        false -> ended(T, Sup)
    end.

queue_steps(_, _, [], _) -> [];
queue_steps(T, Sup, [{exit, Id, Reason} | Rest], Pids) ->
    case maps:take(Id, Pids) of
        {Pid, Others} ->
            log(T, ["/", atom_to_list(Id)]),
            Mon = monitor(process, Pid),
            Pid ! {die, Reason},
            receive {'DOWN', Mon, _, _, _} -> ok end,
            exit_is_queued(Sup, Pid),
            queue_steps(T, Sup, Rest, Others);
        error ->
            queue_steps(T, Sup, Rest, Pids)
    end;
queue_steps(T, Sup, [Step | Rest], Pids) ->
    Request = case Step of
                  {start, Child} -> {start_child, spec(T, Child)};
                  {Verb, Id} -> {Verb, Id}
              end,
    [gen_server:send_request(Sup, Request) | queue_steps(T, Sup, Rest, Pids)].

%% A DOWN here does not prove that the EXIT is there.
exit_is_queued(Sup, Pid) ->
    {messages, Ms} = process_info(Sup, messages),
    case [P || {'EXIT', P, _} <- Ms, P =:= Pid] of
        [] -> erlang:yield(), exit_is_queued(Sup, Pid);
        _ -> ok
    end.

answer(Request) ->
    case gen_server:receive_response(Request, infinity) of
        {reply, ok} -> "ok";
        {reply, {ok, undefined}} -> "ignored";
        {reply, {ok, _}} -> "ok";
        {reply, {error, {already_started, _}}} -> "already_started";
        {reply, {error, {no, _}}} -> "failed";
        {reply, {error, no}} -> "failed";
        {reply, {error, What}} -> atom_to_list(What);
        {error, _} -> "gone"
    end.

%% A retry that is due shows as a child that is restarting.
settled(Sup) ->
    try supervisor:which_children(Sup) of
        Children -> not lists:keymember(restarting, 2, Children) orelse settled(Sup)
    catch
        exit:_ -> false
    end.

ended(T, Sup) ->
    receive {'EXIT', Sup, Reason} -> log(T, ["exit:", atom_to_list(Reason)]) end.

states(T, Sup) ->
    Show = fun({Id, Pid, _, _}) when is_pid(Pid) -> [atom_to_list(Id), "+"];
              ({Id, undefined, _, _}) -> [atom_to_list(Id), "."]
           end,
    log(T, ["[", lists:map(Show, supervisor:which_children(Sup)), "]"]).

log(T, What) -> ets:insert(T, {ets:update_counter(T, next, 1), What}).

start_child(T, Id) ->
    {Outcome, Rest} = case ets:lookup_element(T, outcomes, 2) of
                          [] -> {ok, []};
                          [O | Os] -> {O, Os}
                      end,
    ets:insert(T, {outcomes, Rest}),
    case Outcome of
        fail -> log(T, ["!", atom_to_list(Id)]), {error, no};
        ignore -> log(T, ["~", atom_to_list(Id)]), ignore;
        ok -> log(T, ["+", atom_to_list(Id)]), proc_lib:start_link(?MODULE, child, [T, Id])
    end.

child(T, Id) ->
    process_flag(trap_exit, true),
    proc_lib:init_ack({ok, self()}),
    receive
        {'EXIT', _, Reason} -> log(T, ["-", atom_to_list(Id)]), exit(Reason);
        {die, Reason} -> exit(Reason)
    end.
