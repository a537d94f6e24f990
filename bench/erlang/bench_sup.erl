%% one_for_one with one child, or simple_one_for_one with any number.
-module(bench_sup).
-behaviour(supervisor).
-export([init/1]).

init({Strategy, Start}) ->
    Flags = #{strategy => Strategy, intensity => 1000000000, period => 1},
    {ok, {Flags, [#{id => child, start => Start}]}}.
