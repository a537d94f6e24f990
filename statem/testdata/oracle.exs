# What OTP's own gen_statem does with the scripts of order.txt.
#
#   elixir oracle.exs check FILE         run each script; exit status 1 if a trace differs
#   elixir oracle.exs random SEED COUNT  print COUNT random scripts with their traces
#
# A script is executed RUNS times, and a random one whose traces differ is left out.

defmodule Machine do
  @behaviour :gen_statem

  def callback_mode, do: [:handle_event_function, :state_enter]

  def init(script) do
    Process.put(:events, script.events)
    Process.put(:trace, [])
    {:ok, script.state, nil, actions(script.start)}
  end

  def handle_event({:call, from}, :trace, _, _) do
    {:keep_state_and_data, [{:reply, from, Enum.reverse(Process.get(:trace))}]}
  end

  def handle_event(:enter, from, state, _), do: step(state, "<", from, "enter")
  def handle_event(:cast, e, state, _), do: step(state, ".", e, e)
  def handle_event(:internal, e, state, _), do: step(state, "+", e, e)
  def handle_event(_timeout, e, state, _), do: step(state, "!", e, e)

  defp step(state, sep, what, key) do
    Process.put(:trace, [state <> sep <> what | Process.get(:trace)])
    events = Process.get(:events)

    case events[{state, key}] do
      [words | rest] ->
        Process.put(:events, Map.put(events, {state, key}, rest))
        result(state, words)

      _ ->
        :keep_state_and_data
    end
  end

  defp result(state, words) do
    next = List.last(for "next:" <> s <- words, do: s)

    cond do
      "repeat" in words and next in [nil, state] -> {:repeat_state_and_data, actions(words)}
      next -> {:next_state, next, nil, actions(words)}
      true -> {:keep_state_and_data, actions(words)}
    end
  end

  defp actions(words) do
    Enum.flat_map(words, fn word ->
      case String.split(word, ":") do
        ["postpone"] -> [:postpone]
        ["insert", e] -> [{:next_event, :internal, e}]
        ["set", name, ms, e] -> [{type(name), String.to_integer(ms), e}]
        ["update", name, e] -> [{type(name), :update, e}]
        ["cancel", name] -> [{type(name), :cancel}]
        _ -> []
      end
    end)
  end

  defp type("state"), do: :state_timeout
  defp type("event"), do: :timeout
  defp type(name), do: {:timeout, name}
end

defmodule Oracle do
  @runs 6

  def parse(text) do
    for block <- text |> String.trim() |> String.split("\n\n") do
      Enum.reduce(String.split(block, "\n"), %{events: %{}, drive: [], start: [], want: nil, rule: ""}, fn line, s ->
        case String.split(line) do
          ["#" | _] -> %{s | rule: line}
          ["start", state | actions] -> Map.merge(s, %{state: state, start: actions})
          [verb | _] = words when verb in ~w(send wait early late) -> %{s | drive: s.drive ++ [words]}
          ["want" | trace] -> %{s | want: Enum.join(trace, " ")}
          _ -> %{s | events: Map.merge(s.events, event(line))}
        end
      end)
    end
  end

  defp event(line) do
    [key, actions] = String.split(line, ":", parts: 2)
    [state, name] = String.split(key)
    %{{state, name} => actions |> String.split("|") |> Enum.map(&String.split/1)}
  end

  def run(script) do
    {:ok, pid} = :gen_statem.start(Machine, script, [])
    Enum.each(script.drive, &drive(pid, &1))
    trace = :gen_statem.call(pid, :trace)
    Process.exit(pid, :kill)
    Enum.join(trace, " ")
  end

  defp drive(_, ["wait", ms]), do: pause(ms)

  defp drive(pid, [verb | rest]) do
    :sys.suspend(pid)
    {ms, events} = if verb == "send", do: {"0", rest}, else: {hd(rest), tl(rest)}
    if verb == "late", do: pause(ms)
    Enum.each(events, &:gen_statem.cast(pid, &1))
    if verb == "early", do: pause(ms)
    :sys.resume(pid)
    :sys.get_state(pid)
  end

  defp pause(ms), do: Process.sleep(String.to_integer(ms))

  # OTP 25 can hand a time-out that was cancelled to a machine as a message
  defp attempt(script) do
    run(script)
  catch
    :exit, _ -> nil
  end

  # ------------------------------------------------------------- random --
  def random(seed, number) do
    :rand.seed(:exsss, {seed, number, 0})

    events =
      for state <- ~w(a b c), key <- ~w(x y go i j s t enter), chance(if(key == "enter", do: 35, else: 55)) do
        steps = for _ <- 1..pick([1, 1, 2, 3]), do: Enum.join(some(key), " ")
        "#{state} #{key}: #{Enum.join(steps, " | ")}"
      end

    drive =
      for _ <- 1..(1 + :rand.uniform(4)) do
        events = Enum.join(for(_ <- 1..:rand.uniform(5), do: pick(~w(x y x y go))), " ")
        pick(["send " <> events, "send " <> events, "wait 400", "early 300 " <> events, "late 300 " <> events])
      end

    start = Enum.reject(for(_ <- 1..pick([1, 1, 2]), do: action(:start)), &is_nil/1)
    Enum.join(["# random #{seed} #{number}", Enum.join(["start a" | start], " ")] ++ events ++ drive ++ ["wait 400"], "\n")
  end

  # each name has a time of its own, so that no two end together
  @times %{"n" => 40, "m" => 70, "state" => 100, "event" => 130}

  defp some(key) do
    kind = if key == "enter", do: :enter, else: :event
    (for(_ <- 1..pick([1, 1, 2, 2, 3]), do: action(kind)) |> Enum.reject(&is_nil/1))
  end

  defp action(kind) do
    name = pick(~w(state event n m))
    message = pick(~w(s t))

    word =
      pick(
        ["set:#{name}:0:#{message}", "set:#{name}:#{@times[name]}:#{message}", "update:#{name}:#{message}", "cancel:#{name}", nil] ++
          if(kind != :start, do: ["repeat"], else: []) ++
          if(kind != :enter, do: ["insert:#{pick(~w(i j))}"], else: []) ++
          if(kind == :event, do: ["next:a", "next:b", "next:b", "next:c", "next:c", "postpone", "postpone"], else: [])
      )

    word
  end

  defp pick(list), do: Enum.at(list, :rand.uniform(length(list)) - 1)
  defp chance(percent), do: :rand.uniform(100) <= percent

  def each(list, f) do
    list |> Task.async_stream(f, max_concurrency: 24, timeout: :infinity) |> Enum.map(&elem(&1, 1))
  end

  def main(["check", file]) do
    bad =
      file
      |> File.read!()
      |> parse()
      |> each(fn s -> {s, run(s)} end)
      |> Enum.filter(fn {s, got} -> s.want != got end)

    for {s, got} <- bad, do: IO.puts("#{s.rule}\n  want #{s.want}\n  OTP  #{got}")
    System.halt(if bad == [], do: 0, else: 1)
  end

  def main(["random", seed, count]) do
    seed = String.to_integer(seed)

    1..String.to_integer(count)
    |> each(fn number ->
      text = random(seed, number)
      [script] = parse(text)
      {text, Enum.uniq(for _ <- 1..@runs, do: attempt(script))}
    end)
    |> Enum.each(fn
      {text, [trace]} when trace != nil -> IO.puts("#{text}\nwant #{trace}\n")
      _ -> :unstable
    end)
  end
end

Oracle.main(System.argv())
