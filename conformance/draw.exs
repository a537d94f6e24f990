# What the generators draw with. A seed gives the same numbers each time.
defmodule Conf.Draw do
  # all candidates of a step are built first, so that each draws the same numbers
  def pick(weighted) do
    total = weighted |> Enum.map(&elem(&1, 0)) |> Enum.sum()

    Enum.reduce_while(weighted, :rand.uniform(total), fn {w, x}, left ->
      if left <= w, do: {:halt, x}, else: {:cont, left - w}
    end)
  end

  def one([]), do: nil
  def one(list), do: Enum.at(list, :rand.uniform(length(list)) - 1)
  def chance(percent), do: :rand.uniform(100) <= percent
end
