# Random scenarios of processes and servers: for generate.exs, kind `processes`.
#
# Calls, casts, links, monitors, exits, names, timers, registries, tasks and
# agents, among a few workers and plain processes that know each other.

defmodule Conf.Processes do
  import Conf.Draw

  @workers ~w(w1 w2 w3 w4)
  @procs ~w(p1 p2 p3)
  @tasks ~w(t1 t2 t3 t4)
  @names ~w(n1 n2)
  @keys ~w(k1 k2)
  @labels ~w(m1 m2 m3)
  @timers ~w(x1 x2)
  @reasons ~w(normal shutdown {shutdown,x} bad kill killed noproc {a,b} timeout)

  def text(seed, number, try) do
    :rand.seed(:exsss, {seed, number, try})

    defs =
      Enum.map(@workers, &worker/1) ++
        Enum.map(@procs, &("proc " <> &1 <> if(chance(50), do: " trap", else: ""))) ++
        [
          "registry r keys=" <> pick([{80, "unique"}, {20, "duplicate"}]) <> if(chance(30), do: " partitions=2", else: ""),
          "agent ag value=1" <> if(chance(50), do: " name=n3", else: ""),
          "tasksup ts" <> if(chance(30), do: " max_children=1", else: ""),
          "dynsup d intensity=1"
        ]

    # a start is often followed by another, so that there is company
    first = Enum.shuffle(["start r", "start ag", "start ts", "start d"] ++ Enum.map(@workers ++ @procs, &start/1))
    first = Enum.filter(first, fn _ -> chance(92) end)
    steps = Enum.flat_map(1..(8 + :rand.uniform(30)), fn _ -> timed(step()) end)
    {["# random processes, scenario #{number} of seed #{seed}"] ++ defs, first ++ known(steps)}
  end

  # When a time-out or a timer ends among the other steps is not determined, so
  # time passes behind it, or not at all.
  defp timed(step) do
    if step =~ ~r/timeout,150|send_after \S+ 150/, do: [step, "sleep 300"], else: [step]
  end

  # what no step makes cannot be named
  defp known(steps) do
    made = for s <- steps, [_, name] <- Regex.scan(~r/ (?:as|task|task_sup ts|task_nolink ts|task_child ts) (\w+)/, s), do: name
    Enum.filter(steps, fn s -> Enum.all?(Regex.scan(~r/\b[tmx][1-4]\b/, s), fn [name] -> name in made end) end)
  end

  defp worker(name) do
    init =
      pick([
        {75, nil},
        {3, "ignore;ok"},
        {3, "{stop,bad};ok"},
        {3, "{crash,boom};ok"},
        {3, "{exit,normal};ok"},
        {3, "{exit,{shutdown,x}};ok"},
        {3, "{slow,10}"},
        {4, "{continue,{then,a,b}}"},
        {2, "{continue,{stop,bad}};ok"}
      ])

    term = pick([{70, nil}, {10, "{slow,10}"}, {10, "{crash,oops}"}, {10, "{exit,other}"}])
    place = pick([{60, nil}, {20, "name=" <> one(@names)}, {20, "via=r:" <> one(@keys)}])
    restart = pick([{60, nil}, {20, "restart=transient"}, {20, "restart=temporary"}])

    ["worker", name, if(chance(50), do: "trap"), place, restart, init && "init=" <> init, term && "term=" <> term]
    |> Enum.filter(& &1)
    |> Enum.join(" ")
  end

  defp start("p" <> _ = p), do: one(["spawn ", "spawn_link ", "spawn_link ", "spawn_monitor "]) <> p
  defp start(w), do: "start " <> w

  # every candidate is built, so that each step draws the same numbers
  defp step do
    who = one(@workers ++ @procs)
    by = pick([{35, ""}, {65, who <> ": "}])
    to = one(@workers ++ @workers ++ @procs ++ ["self", "@n1", "@n2", "r:k1", "w1#1", "driver"])
    server = one(@workers ++ @workers ++ ["@n1", "@n2", "r:k1", "r:k2", "self"])
    reason = one(@reasons)
    task = one(@tasks)
    owner = one(["p1", "p1", "p2", "w1"]) <> ": "
    label = one(@labels)
    timer = one(@timers)
    key = one(@keys)
    bang = pick([{85, ""}, {15, "!"}])
    short = one(~w(60 120))

    pick([
      {6, start(one(@workers ++ @procs))},
      {3, by <> start(one(@workers ++ @procs))},
      {8, "#{by}exit #{to} #{reason}"},
      {4, "#{by}link #{to}"},
      {2, "#{by}unlink #{to}"},
      {5, "#{by}monitor #{to} as #{label}"},
      {2, "#{by}demonitor #{label}" <> one(["", " flush"])},
      {2, "#{who}: trap #{one(~w(on off))}"},
      {3, "#{by}register #{one(@workers ++ @procs)} #{one(@names)}"},
      {1, "#{by}unregister #{one(@names)}"},
      {2, "#{by}whereis #{one(@names ++ ["r:k1", "r:k2"])}"},
      {4, "#{by}send #{to} #{one(["hello", "{stop,bad}", "{timeout,150}", "{EXIT,x,y}"])}"},
      {2, "#{by}alive #{to}"},
      {4, "links #{to}"},
      {3, "#{who}: die #{reason}"},
      {3, "#{who}: crash boom"},
      {3, "#{who}: return #{reason}"},
      {1, "#{who}: hang #{one(~w(20 30))}"},
      {14, "#{by}call#{bang} #{server} #{message(reason)} #{short}"},
      {6, "#{by}cast #{server} #{cast(reason)}"},
      {4, "#{by}stop#{bang} #{server} #{reason} #{short}"},
      {3, "#{one(@workers)}: reply d1 late"},
      {3, "#{by}send_after #{one(@workers ++ @procs ++ ["self"])} #{one(~w(150 9000))} tick as #{timer}"},
      {1, "#{by}cancel #{timer}"},
      {1, "#{by}read #{timer}" },
      {4, "sleep 60"},
      {3, "#{who}: reg_register r #{key} #{one(~w(1 2))}"},
      {1, "#{who}: reg_unregister r #{key}"},
      {1, "#{who}: reg_update r #{key} 3"},
      {2, "#{by}#{one(["lookup r #{key}", "values r #{key} #{who}", "keys r #{who}", "reg_count r", "reg_select r", "reg_match r #{key} 1"])}"},
      {1, "~ reg_dispatch r #{key} msg"},
      {6, "#{owner}#{one(["task #{task}", "task_sup ts #{task}", "task_nolink ts #{task}", "task_child ts #{task}"])} #{body()}"},
      {5, "#{owner}#{one(["await#{bang} #{task} #{short}", "yield #{task} #{short}", "shutdown_task #{task}", "shutdown_task #{task} brutal_kill", "ignore_task #{task}"])}"},
      {2, "#{owner}#{one(["await_many t1,t2 #{short}", "yield_many t1,t2 #{short}"])}"},
      {3, "go #{task} #{one(~w(5 6))}"},
      {2, "#{owner}stream max=2 #{one(["", "ordered=false", "tasksup=ts", "tasksup=ts nolink=true", "take=1"])} names=#{one(~w(i j))} value:1 #{unthrown(body())} value:3"},
      {3, "#{by}#{one(["agent_get ag", "agent_add ag 2", "agent_get_add ag 3", "agent_cast ag 1", "agent_raise ag"])}"},
      {4, "start_child d #{one(@workers)}"},
      {2, "#{by}terminate_child d #{one(@workers)}"},
      {1, "#{one(["exit ag ", "exit ts ", "exit r ", "exit d "])}#{reason}"}
    ])
  end

  defp message(reason) do
    one([
      "ping", "get", "{put,7}", "{reply,{x,1}}", "{delay,20,ok}", "noreply", "{early,e}", "{defer,d1}",
      "{stop,#{reason},bye}", "{stop,#{reason}}", "{exit,#{reason}}", "{crash,boom}", "{timeout,150,t}",
      "{continue,{then,a,b},c}", "{continue,{stop,#{reason}},c}", "{continue,{crash,boom},c}", "{hibernate,h}", "other"
    ])
  end

  defp cast(reason) do
    one([
      "{put,8}", "{stop,#{reason}}", "{exit,#{reason}}", "{crash,boom}", "{timeout,150}",
      "{continue,{then,a,b}}", "{continue,{slow,10}}", "{nap,20}", "other"
    ])
  end

  defp body do
    one([
      "value:1", "say:hi;value:2", "sleep:20;value:3", "crash:boom", "exit:bad", "exit:normal", "exit:{shutdown,x}",
      "throw:ball", "gate", "trap;gate", "hang", "say:a;gate;say:b;value:4"
    ])
  end

  # the reference cannot write what a task of a stream has thrown
  defp unthrown("throw:" <> _), do: "value:2"
  defp unthrown(body), do: body
end
