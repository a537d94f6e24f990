# Random scenarios of whole systems: for generate.exs, kind `systems`.
#
# One tree holds servers with names and entries, a registry, an agent, and
# supervisors of all sorts; two plain processes use what is in it. So features
# meet that a scenario by hand has one at a time: who is asked is suspended, who
# is started again has an entry, a timer, a task, a monitor.

defmodule Conf.Systems do
  import Conf.Draw

  @workers ~w(w1 w2 w3 w4)
  @clients ~w(p1 p2)
  @guests ~w(g1 g2 g3)
  @reasons ~w(normal shutdown {shutdown,x} bad kill killed noproc timeout {a,[1,b]})

  def text(seed, number, try) do
    :rand.seed(:exsss, {seed, number, try})
    keys = pick([{70, "unique"}, {30, "duplicate"}])
    Process.put(:places, Enum.shuffle(["name=n2", "name=n4"] ++ if(keys == "unique" or chance(10), do: ["via=r:k1", "via=r:k2"], else: [])))
    inner = Enum.take_random(@workers, 2)
    outer = Enum.shuffle((@workers -- inner) ++ Enum.filter(~w(s ag ts d many ps), fn _ -> chance(65) end))
    # most often a registry is there before those that want an entry
    outer = if chance(90), do: ["r" | outer], else: outer ++ ["r"]

    defs =
      for(w <- @workers, do: worker(w, place())) ++
        for(g <- @guests, do: worker(g, pick([{80, nil}, {20, one(~w(name=n2 via=r:k1))}]))) ++
        [worker("t", nil), worker("pw", nil)] ++
        for(p <- @clients, do: line(["proc", p, pick([{50, "trap"}, {50, nil}])])) ++
        [
          line(["registry r", "keys=" <> keys, maybe(30, "partitions=3"), maybe(40, "listener=n1")]),
          line(["agent ag value=1", maybe(30, "name=n5"), restart()]),
          line(["tasksup ts", maybe(30, "max_children=1"), maybe(30, "intensity=0")]),
          line(["dynsup d", limits(), maybe(30, "max_children=2"), restart(), maybe(20, "name=n3")]),
          line(["sup many strategy=simple_one_for_one template=t", limits(), restart()]),
          line(["partsup ps child=pw", "strategy=" <> strategy(), limits(), maybe(30, "partitions=3")]),
          line(["sup s", "strategy=" <> strategy(), limits(), restart(), maybe(20, "via=r:k2"), maybe(20, "shutdown=60"), "children=" <> Enum.join(inner, ",")]),
          line(["sup root", "strategy=" <> strategy(), limits(), maybe(20, "name=n3"), "children=" <> Enum.join(outer, ",")])
        ] ++ if(chance(40), do: ["option reports"], else: []) ++ ["unordered " <> Enum.join(@guests, ",")]

    # p1 is there, and has the name that the registry tells
    [p1, p2] = for p <- @clients, do: one(["spawn ", "spawn_link ", "spawn_monitor "]) <> p
    first = if chance(85), do: [p1, "register p1 n1", "start root", p2], else: ["start root", p1, p2]
    there = outer ++ if("s" in outer, do: inner, else: [])
    groups = for _ <- 1..(6 + :rand.uniform(26)), do: group(there)
    last = if chance(70), do: ["stop root"], else: []
    {["# random system, scenario #{number} of seed #{seed}"] ++ defs, first ++ Enum.concat(known(groups)) ++ last}
  end

  # a step that names what no step makes goes
  defp known(groups) do
    made = for g <- groups, s <- g, [_, name] <- Regex.scan(~r/ (?:as|task|task_sup \S+|task_nolink \S+|task_child \S+) ([tmx][1-4])\b/, s), do: name
    Enum.filter(groups, fn g -> Enum.all?(g, fn s -> Enum.all?(Regex.scan(~r/\b[tmx][1-4]\b/, s), fn [name] -> name in made end) end) end)
  end

  # ---------------------------------------------------------- definitions --
  defp worker(name, place) do
    shutdown = pick([{60, nil}, {15, "brutal_kill"}, {10, "infinity"}, {15, "60"}])

    term =
      pick([
        {70, nil}, {8, "{slow,10}"}, {6, "{crash,oops}"}, {6, "{exit,other}"}, {4, "{exit,shutdown}"},
        {6, if(shutdown == "60", do: "hang")}
      ])

    init =
      pick([
        {66, nil}, {4, "ok;{stop,bad};ok"}, {3, "ok;{crash,boom};ok"}, {3, "ok;{exit,normal};ok"}, {4, "ok;ignore;ok"},
        {2, "ignore;ok"}, {1, "{stop,bad};ok"}, {4, "{slow,10};ok"}, {4, "{continue,{then,a,b}}"}, {2, "ok;{continue,{stop,bad}};ok"},
        {2, "{continue,{slow,10}}"}, {2, "hibernate"}, {2, "{timeout,0}"}, {1, "ok;{exit,{shutdown,x}};ok"}
      ])

    line(["worker", name, maybe(60, "trap"), place, restart(), shutdown && "shutdown=" <> shutdown, init && "init=" <> init, term && "term=" <> term])
  end

  # no two have the same
  defp place do
    [first | rest] = Process.get(:places) ++ [nil]
    if first, do: Process.put(:places, rest)
    if chance(60), do: first
  end

  defp restart, do: pick([{60, nil}, {20, "restart=transient"}, {20, "restart=temporary"}])
  defp limits, do: "intensity=#{pick([{1, 0}, {2, 1}, {3, 2}, {4, 8}])} period=60"
  defp strategy, do: pick([{4, "one_for_one"}, {3, "one_for_all"}, {3, "rest_for_one"}])
  defp maybe(percent, word), do: if(chance(percent), do: word)
  defp line(words), do: words |> Enum.filter(& &1) |> Enum.join(" ")

  # ---------------------------------------------------------------- steps --
  # What is drawn at a time: one step or some that belong together. All candidates
  # are built, so that each draws the same numbers.
  defp group(there) do
    sups = ["root" | Enum.filter(~w(s d many ts ps r), &(&1 in there))]
    who = one(@workers ++ @clients ++ @clients)
    by = pick([{40, ""}, {60, who <> ": "}])
    server = one(@workers ++ @workers ++ @guests ++ ["@n1", "@n2", "r:k1", "r:k2", "self", "ag", "t"] ++ if("ps" in there, do: ["ps:1", "ps:7"], else: []))
    to = one([server, server, server, one(@clients), one(there), "@n3", "w1#1", "driver"])
    worker = one(@workers ++ ["@n2", "r:k1", "g1"])
    sup = one(sups ++ ["@n3"])
    static = one(["root" | Enum.filter(sups, &(&1 in ["root", "s"]))])
    dyn = one(Enum.filter(sups, &(&1 in ["d", "many"]))) || "d"
    guest = one(@guests)
    child = one(there)
    id = pick([{70, if(static == "s", do: one(@workers), else: child)}, {20, child}, {10, guest}])
    reason = one(@reasons)
    key = one(~w(k1 k2))
    value = one(~w(1 2 {v,1}))
    task = one(~w(t1 t2 t3))
    owner = one(~w(p1 p1 p2 w1)) <> ": "
    label = one(~w(m1 m2))
    timer = one(~w(x1 x2))
    bang = if by != "" and chance(15), do: "!", else: ""
    limit = one(~w(60 120))

    pick([
      # ends
      {8, ["exit #{one(@workers)} kill"]},
      {6, ["#{one(@workers)}: #{one(["crash boom", "die " <> reason, "return " <> reason])}"]},
      {5, ["#{by}exit #{to} #{reason}"]},
      {2, ["#{one(@clients)}: #{one(["crash boom", "die " <> reason, "return " <> reason])}"]},
      {3, ["#{by}stop#{bang} #{server} #{reason} #{limit}"]},
      {3, ["exit #{sup} #{reason}"]},
      {1, ["#{by}stop #{sup} #{reason} 600"]},
      # processes
      {2, ["#{one(["spawn ", "spawn_link ", "spawn_monitor "])}#{one(@clients)}"]},
      {2, ["#{by}start #{one(@guests ++ @workers)}"]},
      {4, ["#{by}#{one(["link", "link", "unlink"])} #{to}"]},
      {3, ["#{by}monitor #{to} as #{label}"]},
      {1, ["#{by}demonitor #{label}#{one(["", " flush"])}"]},
      {2, ["#{who}: trap #{one(~w(on off))}"]},
      {2, ["links #{to}"]},
      {1, ["#{by}alive #{to}"]},
      {3, ["#{by}send #{to} #{one(["hello", "{stop,#{reason}}", "{timeout,0}", "{EXIT,x,y}"])}"]},
      # names
      {2, ["#{by}#{one(["register #{one(@workers ++ @clients)} n1", "register n1", "unregister n1", "register d n3"])}"]},
      {2, ["#{by}whereis #{one(~w(n1 n2 n3 r:k1 r:k2) ++ if("ps" in there, do: ["ps:0", "ps:k"], else: []))}"]},
      # requests
      {8, ["#{by}call#{bang} #{server} #{message(reason)} #{limit}"]},
      {4, ["#{by}cast #{server} #{cast(reason)}"]},
      {1, ["#{one(@workers)}: reply d1 late"]},
      {2, ["#{one(@clients)}: call #{worker} {defer,d1} #{one(["infinity", limit])}"]},
      {2, ["#{by}call #{sup} #{one(~w(ping other))} #{limit}"]},
      # sys
      {3, ["#{by}#{one(["state #{one([worker, worker, "ag"])}", "replace #{one(@workers)} 9"])} #{limit}"]},
      {6, ["#{by}suspend #{worker} #{limit}"] ++ some(fn -> meanwhile(worker, reason, limit) end) ++ maybe(85, ["~ resume #{worker} #{limit}"], [])},
      {1, ["suspend #{dyn} #{limit}", "#{one(@clients)}: start_child #{dyn} #{guest}", "exit #{one(@guests)} kill", "~ resume #{dyn} #{limit}"]},
      # what queues up while somebody is busy
      {6, ["! #{who}: hang 40"] ++ some(fn -> "! " <> queued(who, one(@reasons)) end) ++ ["~#{who} alive #{who}"]},
      # timers
      {3, ["! #{by}send_after #{one(["self", "p1", one(@workers), "@n2", "driver"])} #{one(~w(0 40 9000))} #{one(["tick", "{stop,#{reason}}", "{timeout,0}"])} as #{timer}", "sleep 150"]},
      {2, ["#{by}send_after #{one(@workers)} 80 tick as #{timer}", one(["exit #{one(@workers)} kill", "terminate_child #{static} #{id}", "suspend w1 60", "exit r bad"]), "sleep 200"]},
      {1, ["#{by}#{one(~w(cancel read))} #{timer}"]},
      {2, ["#{by}#{one(["call", "cast"])} #{worker} #{one(["{timeout,60,x}", "{timeout,60}"])}", "sleep 20", one(["cast #{worker} other", "state #{worker} 60", "sleep 1"]), "sleep 150"]},
      # registry
      {4, ["#{who}: reg_register r #{key} #{value}"]},
      {1, ["#{who}: #{one(["reg_unregister r #{key}", "reg_update r #{key} 3"])}"]},
      {3, ["#{by}#{one(["lookup r #{key}", "values r #{key} #{who}", "keys r #{who}", "reg_count r", "reg_select r", "reg_match r #{key} #{one(["1", "{v,_}", "_"])}", "put_meta r #{key} 1", "meta r #{key}"])}"]},
      {1, ["~ reg_dispatch r #{key} msg"]},
      # tasks
      {6, ["#{owner}#{one(["task #{task}", "task_sup ts #{task}", "task_nolink ts #{task}", "task_child ts #{task}"])} #{body()} #{one(["", "", "restart=transient", "shutdown=brutal_kill"])}"]},
      {5, ["#{owner}#{one(["await#{bang} #{task} #{limit}", "yield #{task} #{limit}", "shutdown_task #{task} #{limit}", "shutdown_task #{task} brutal_kill", "ignore_task #{task}", "await_many#{bang} t1,t2 #{limit}", "yield_many t1,t2 #{limit}"])}"]},
      {2, ["go #{task} #{one(~w(5 6))}"]},
      {1, ["exit #{task} #{reason}"]},
      {1, ["terminate_child ts #{task}"]},
      {3, ["~ #{owner}stream #{stream()} names=#{one(~w(i j))} #{for _ <- 1..:rand.uniform(4), do: unthrown(body()) <> " "}" |> String.trim()]},
      # agents
      {2, ["#{by}#{one(["agent_get", "agent_add", "agent_get_add", "agent_cast", "agent_raise"]) |> agent()}"]},
      # supervisors
      {4, ["#{by}start_child #{static} #{one([guest, guest, id])}"]},
      {8, ["#{by}start_child #{dyn} #{guest}"]},
      {5, ["#{by}#{one(~w(terminate_child restart_child restart_child delete_child get_childspec))} #{static} #{id}"]},
      {3, ["#{by}terminate_child #{dyn} #{guest}"]},
      {6, ["#{one(~w(which_children count_children))} #{sup}"]},
      {2, ["exit #{one(~w(pw.0 pw.1))} #{one(~w(kill bad))}"]},
      {1, ["partitions ps"]},
      {1, ["send #{sup} hello"]}
    ])
    |> Enum.map(&clear/1)
  end

  # the driver would crash of an address that cannot be looked for
  defp clear(step) do
    step = String.trim(step)
    if step =~ ~r/^(call|cast|stop|send|exit|link|unlink|monitor|alive|links|whereis|suspend|resume|state) (r|ps):/, do: "p2: " <> step, else: step
  end

  defp maybe(percent, list, other), do: if(chance(percent), do: list, else: other)
  defp some(step), do: for(_ <- 1..:rand.uniform(4), do: step.())

  # what may happen to a server that is suspended
  defp meanwhile(w, reason, limit) do
    one([
      "cast #{w} #{cast(reason)}", "call #{w} #{message(reason)} #{limit}", "p1: call #{w} ping infinity", "p2: call! #{w} get #{limit}",
      "send #{w} {stop,#{reason}}", "exit #{w} #{reason}", "state #{w} #{limit}", "replace #{w} 5 #{limit}", "suspend #{w} #{limit}",
      "stop #{w} #{reason} #{limit}", "p1: link #{w}", "p1: exit #{w} #{reason}", "p2: monitor #{w} as m1", "sleep 30", "p1: die #{reason}", "terminate_child root w1", "terminate_child s w2"
    ])
  end

  # what may be sent to a process that is busy
  defp queued(w, reason) do
    one([
      "cast #{w} #{cast(reason)}", "send #{w} hello", "exit #{w} #{reason}", "#{w}: link p1", "#{w}: unlink p1", "#{w}: trap off",
      "#{w}: trap on", "#{w}: call w2 ping 60", "#{w}: die #{reason}", "#{w}: return #{reason}", "link #{w}", "unlink #{w}",
      "monitor #{w} as m1", "#{w}: exit self #{reason}", "#{w}: monitor w2 as m2", "exit w2 #{reason}",
      "#{w}: register n1", "#{w}: reg_register r k1 1", "#{w}: send self tick"
    ])
  end

  defp message(reason) do
    one([
      "ping", "get", "{put,7}", "{reply,{x,1}}", "{delay,20,ok}", "{delay,150,ok}", "noreply", "{early,e}", "{defer,d1}",
      "{stop,#{reason},bye}", "{stop,#{reason}}", "{exit,#{reason}}", "{crash,boom}", "{timeout,0,t}",
      "{continue,{then,a,b},c}", "{continue,{stop,#{reason}},c}", "{continue,{crash,boom},c}", "{hibernate,h}", "other"
    ])
  end

  defp cast(reason) do
    one([
      "{put,8}", "{stop,#{reason}}", "{exit,#{reason}}", "{crash,boom}", "{timeout,0}",
      "{continue,{then,a,b}}", "{continue,{slow,10}}", "{continue,{stop,#{reason}}}", "{nap,20}", "other"
    ])
  end

  defp body do
    one([
      "value:1", "say:hi;value:2", "sleep:20;value:3", "crash:boom", "exit:bad", "exit:normal", "exit:{shutdown,x}", "exit:kill",
      "throw:ball", "gate", "trap;gate", "hang", "trap;hang", "sleep:150;value:9", "say:a;gate;say:b;value:4"
    ])
  end

  # the reference cannot write what a task of a stream has thrown
  defp unthrown("throw:" <> _), do: "value:2"
  # and nothing opens the gate of a stream without a limit
  defp unthrown(body), do: if(body =~ ~r/gate|hang/, do: one(["hang", "value:3"]), else: body)

  defp stream do
    [
      "max=#{:rand.uniform(3)}", maybe(30, "ordered=false"), "timeout=#{one(~w(60 60 400))}", maybe(50, "on_timeout=kill_task"),
      one([nil, "tasksup=ts", "tasksup=ts nolink=true"]), maybe(25, "take=1"), maybe(20, "zip=true")
    ]
    |> line()
  end

  defp agent(verb), do: if(verb in ~w(agent_get agent_raise), do: verb <> " ag", else: verb <> " ag 2")
end
