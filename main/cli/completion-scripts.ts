export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** Every script asks `berth __complete WORDS…`, whose last word is the one under the cursor. */
const scripts: Record<string, string> = {
  bash: `# berth completion for bash. Load it with: source <(berth completion bash)
_berth() {
  local word="\${COMP_WORDS[COMP_CWORD]}" line
  COMPREPLY=()
  while IFS= read -r line; do
    [ -n "$line" ] && COMPREPLY+=("$(printf '%q' "$line")")
  done < <(berth __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" "$word" 2>/dev/null)
  [ "\${#COMPREPLY[@]}" -eq 0 ] && compopt -o default
}
complete -F _berth berth
`,
  zsh: `#compdef berth
# berth completion for zsh. Load it with: source <(berth completion zsh)
_berth() {
  local -a names
  names=("\${(@f)$(berth __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  names=(\${names:#})
  if (( \${#names} )); then compadd -- "\${names[@]}"; else _files; fi
}
compdef _berth berth
`,
  fish: `# berth completion for fish. Load it with: berth completion fish | source
function __berth_complete
    set -l words (commandline -opc) (commandline -ct)
    berth __complete -- $words[2..-1] 2>/dev/null
end
complete -c berth -f -a '(__berth_complete)'
complete -c berth -n 'test (count (__berth_complete)) -eq 0' -F
`,
  powershell: `# berth completion for PowerShell. Load it with: berth completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName berth -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    if ($wordToComplete -eq '') { $words += '' }
    berth __complete -- @words 2>$null | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
`,
};

/** The script for a shell; null for one that there is none for. */
export function completionScript(shell: string): string | null {
  return scripts[shell] ?? null;
}
