%% A worker of the program, and what it does wrong.
-module(survival_worker).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, terminate/2]).

start_link(Name) -> gen_server:start_link({local, Name}, ?MODULE, Name, []).

init(Name) ->
    process_flag(trap_exit, true),
    case Name =:= victim andalso ets:lookup(flags, fails_birth) of
        [{_, N}] when N > 0 -> ets:insert(flags, {fails_birth, N - 1}), error(struck_in_init);
        _ -> ok
    end,
    {ok, {Name, 0, erlang:unique_integer([positive, monotonic])}}.

handle_call({pause, Ms}, From, S) -> timer:sleep(Ms), handle_call(ask, From, S);
handle_call({fault, Fault}, From, S) ->
    case misbehave(Fault) of
        {error, E} -> {reply, {error, E}, S};
        _ -> handle_call(ask, From, S)
    end;
handle_call(ask, _, {Name, Count, Born}) ->
    {reply, {ok, Count + 1, Born}, {Name, Count + 1, Born}}.

handle_cast(_, S) -> {noreply, S}.

terminate(_, {victim, _, _}) ->
    case ets:take(flags, fails_clean_up) of
        [_] -> error(struck_in_clean_up);
        [] -> ok
    end;
terminate(_, _) -> ok.

misbehave("panic") -> error(struck);
misbehave("storm") -> error(struck);
misbehave("init") -> ets:insert(flags, {fails_birth, 1}), error(struck);
misbehave("init-always") -> ets:insert(flags, {fails_birth, 1 bsl 60}), error(struck);
misbehave("clean-up") -> ets:insert(flags, {fails_clean_up, true}), error(struck);
misbehave("goexit") -> exit(normal);
misbehave("nil") -> hd(ets:lookup(flags, nothing));
misbehave("hang") -> receive never -> ok end;
misbehave("stop") -> receive never -> ok end;
misbehave("spin") -> spin();
misbehave("self") -> gen_server:call(victim, ask, 2000);
misbehave("circle") -> call(sibling, {fault, "back"});
misbehave("back") -> call(victim, ask);
misbehave("kill-self") -> exit(self(), kill);
misbehave("kill-parent") -> exit(whereis(unit), kill);
misbehave("stack") -> deep(4000000), ok;
misbehave("recursion") -> deep(1 bsl 60);
misbehave("helpers") ->
    [spawn_link(fun() -> receive never -> ok end end) || _ <- lists:seq(1, 100)],
    error(struck);
misbehave("goroutine") -> spawn(fun() -> error(struck) end), timer:sleep(1000).

call(To, What) -> element(1, {gen_server:call(To, What, 2000), ok}).

spin() -> spin().

deep(0) -> 0;
deep(N) -> 1 + deep(N - 1).
