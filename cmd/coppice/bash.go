package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// wordsOfBash is what cobra's script takes from the package bash-completion, for a
// bash without it: what stands between spaces is a word, though bash breaks it at
// : and = too.
const wordsOfBash = `if ! declare -F _get_comp_words_by_ref >/dev/null 2>&1; then
_get_comp_words_by_ref()
{
    local line=$COMP_LINE part i
    words=() cword=0
    for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
        part=${COMP_WORDS[i]}
        if ((i == 0)) || [[ $line == [[:space:]]* ]]; then
            words+=("$part")
        else
            words[${#words[@]}-1]+=$part
        fi
        ((i == COMP_CWORD)) && cword=$((${#words[@]} - 1))
        line=${line#"${line%%[![:space:]]*}"}
        line=${line#"$part"}
    done
    cur=${words[cword]} prev=
    ((cword > 0)) && prev=${words[cword-1]}
    return 0
}
fi
`

// completeBash has the script for bash work without the package bash-completion.
func completeBash(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	cmd, _, err := root.Find([]string{"completion", "bash"})
	if err != nil || cmd.Name() != "bash" {
		return // there is none, as nothing can be completed
	}
	cmd.Long = `bash prints what has bash complete the commands, flags, live names and pids of
coppice.

For this shell:

  source <(coppice completion bash)

For every new one, the same line in ~/.bashrc.`
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		plain, _ := cmd.Flags().GetBool("no-descriptions")
		if _, err := fmt.Fprint(cmd.OutOrStdout(), wordsOfBash); err != nil {
			return err
		}
		return root.GenBashCompletionV2(cmd.OutOrStdout(), !plain)
	}
}
