#requires -Version 7.6
<#
.SYNOPSIS
    Makes module/en-US/about_*.help.txt, which Get-Help shows, from docs/en-US/about_*.md: 80 columns, without markup.
#>
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function ConvertTo-Plain([string] $Text) {
    $Text -replace '\[([^\]]+)\]\([^)]*\)', '$1' -replace '`([^`]+)`', '$1' -replace '\*\*', ''
}

function Format-Wrapped([string] $Text, [int] $First, [int] $Rest) {
    $line = ' ' * $First
    $start = $true
    foreach ($word in $Text -split '\s+') {
        if (-not $start -and $line.Length + 1 + $word.Length -gt 79) {
            $line
            $line = ' ' * $Rest
            $start = $true
        }
        $line += $start ? $word : " $word"
        $start = $false
    }
    $line
}

# A table of two columns becomes term and text; a wider one a list a column.
function Format-Table80([string[]] $Rows) {
    $cells = @($Rows | ForEach-Object { , @(($_.Trim().Trim('|') -split '\|') | ForEach-Object { ConvertTo-Plain $_.Trim() }) })
    $head, $null, $body = $cells[0], $cells[1], $cells[2..($cells.Count - 1)]
    if ($head.Count -eq 2) {
        foreach ($row in $body) {
            Format-Wrapped $row[0] 4 4
            Format-Wrapped $row[1] 8 8
        }
        return
    }
    foreach ($column in 1..($head.Count - 1)) {
        '    ' + $head[$column]
        foreach ($row in $body | Where-Object { $_[$column] }) {
            Format-Wrapped "$($row[0] ? "$($row[0]): " : '')$($row[$column])" 8 12
        }
        ''
    }
}

function ConvertTo-AboutText([string] $Name, [string[]] $Lines) {
    'TOPIC', "    $Name", ''
    for ($i = 0; $i -lt $Lines.Count; $i++) {
        $line = $Lines[$i]
        switch -Regex ($line) {
            '^# ' { break }
            '^## (.*)' {
                $title = $Matches[1]
                '', ($title -in 'Short description', 'Long description', 'Keywords', 'See also' ? $title.ToUpperInvariant() : $title), ''
                break
            }
            '^```' {
                ''
                while ($Lines[++$i] -notmatch '^```') { ('        ' + $Lines[$i]).TrimEnd() }
                ''
                break
            }
            '^\|' {
                $rows = @($line)
                while ($i + 1 -lt $Lines.Count -and $Lines[$i + 1] -match '^\|') { $rows += $Lines[++$i] }
                Format-Table80 $rows
                ''
                break
            }
            '^    ' { "    $line"; break }
            '^\s*$' { ''; break }
            default {
                $paragraph = @($line)
                while ($i + 1 -lt $Lines.Count -and $Lines[$i + 1].Trim() -and $Lines[$i + 1] -notmatch '^(- |#|\||```|    )') {
                    $paragraph += $Lines[++$i].Trim()
                }
                $text = ConvertTo-Plain ($paragraph -join ' ')
                Format-Wrapped $text 4 ($text.StartsWith('- ') ? 6 : 4)
            }
        }
    }
}

foreach ($page in Get-ChildItem (Join-Path $PSScriptRoot 'en-US/about_*.md')) {
    $text = (ConvertTo-AboutText $page.BaseName (Get-Content $page)) -join "`n" -replace "`n{3,}", "`n`n"
    Set-Content (Join-Path $PSScriptRoot "../module/en-US/$($page.BaseName).help.txt") $text.Trim()
}
