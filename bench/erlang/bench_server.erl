%% The server of all workloads.
-module(bench_server).
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2, terminate/2]).

-record(s, {left = 0, done = none, next = none}).

init({phoenix, Owner}) ->
    Owner ! {up, self()},
    {ok, #s{}};
init(_) ->
    {ok, #s{}}.

handle_call(get, _From, S) ->
    {reply, 1, S}.

handle_cast(tick, S = #s{left = 1, done = Done}) ->
    Done ! done,
    {noreply, S};
handle_cast(tick, S = #s{left = Left}) ->
    {noreply, S#s{left = Left - 1}};
handle_cast(ball, S = #s{done = none, next = Next}) ->
    gen_server:cast(Next, ball),
    {noreply, S};
handle_cast(ball, S = #s{left = 1, done = Done}) ->
    Done ! done,
    {noreply, S};
handle_cast(ball, S = #s{left = Left, next = Next}) ->
    gen_server:cast(Next, ball),
    {noreply, S#s{left = Left - 1}};
handle_cast({want, Ticks, Done}, S) ->
    {noreply, S#s{left = Ticks, done = Done}};
handle_cast({meet, Next}, S) ->
    {noreply, S#s{next = Next}};
handle_cast({serve, Laps, Done}, S = #s{next = Next}) ->
    gen_server:cast(Next, ball),
    {noreply, S#s{left = Laps, done = Done}};
handle_cast(sleep, S) ->
    timer:sleep(infinity),
    {noreply, S};
handle_cast(crash, _) ->
    error(crash).

terminate(_, _) ->
    ok.
