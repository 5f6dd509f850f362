BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Use-Lab

    # A host at an address that nobody has.
    # Nothing is at the first address, and whoever asks it waits; the second refuses at once.
    function Register-DeadHost { Register-VmHost far qemu+tcp://10.77.0.99/system -Cluster lab -Force -WarningAction Ignore | Out-Null }
    function Register-RefusingHost { Register-VmHost far qemu+tcp://127.0.0.1:1/system -Cluster lab -Force -WarningAction Ignore | Out-Null }

    # The probes that are there, as the hosts say without the module.
    function Get-Probes { foreach ($on in 'h1', 'h2') { Invoke-Virsh $on list --all --name | Where-Object { $_ -like 'virtmigration-probe-*' } } }

    function Get-Way($Reports, [string] $From, [string] $To) { $Reports | Where-Object { $_.Host -eq $From -and $_.Peer -eq $To } }
}

AfterAll { $env:VIRTMIGRATION_HOME = $script:homeBefore }

Describe 'Test-VmHost' {
    BeforeEach { Use-OwnCluster (Join-Path $TestDrive ([guid]::NewGuid())) }

    Context 'What it reports' {
        It 'is each host and each way between them, without touching anything' {
            $reports = Test-VmHost
            $reports | Should -BeOfType VirtMigration.Readiness.HostReport
            $reports.ForEach{ "$($_.Host)>$($_.Peer)" } | Should -Be 'h1>', 'h1>h2', 'h2>', 'h2>h1'
            $reports.Ready | Should -Not -Contain $false
            $reports.Probe | Where-Object { $_ } | Should -BeNullOrEmpty
            (Get-Way $reports h1 h2).Findings.Id | Should -Contain LoginUnknown
            (Get-Way $reports h1 h2).Findings.Id | Should -Contain MemoryPathUnknown
            $reports.Findings.Action | Should -Not -Contain ''
        }

        It 'takes hosts from Get-VmHost and looks at the ways between them' {
            (Get-VmHost | Test-VmHost).ForEach{ "$($_.Host)>$($_.Peer)" } | Should -Be 'h1>', 'h1>h2', 'h2>', 'h2>h1'
            (Get-VmHost h2 | Test-VmHost -Peer h1).ForEach{ "$($_.Host)>$($_.Peer)" } | Should -Be 'h2>', 'h2>h1'
        }

        It 'is, for one host alone, the ways between it and its cluster' {
            (Test-VmHost h2).ForEach{ "$($_.Host)>$($_.Peer)" } | Should -Be 'h2>', 'h2>h1', 'h1>h2'
        }

        It 'is yes or no with -Quiet' {
            Test-VmHost -Quiet | Should -BeExactly $true
            Register-RefusingHost
            Test-VmHost -Quiet | Should -BeExactly $false
        }

        It 'has one row for a host that does not answer, in bounded time, and the others'' rows' {
            Register-DeadHost
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $reports = Test-VmHost
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 15
            $reports.ForEach{ "$($_.Host)>$($_.Peer)" } | Should -Be 'far>', 'h1>', 'h1>h2', 'h2>', 'h2>h1'
            $reports[0].Ready | Should -BeFalse
            "$($reports[0].Findings.Id)" | Should -Be HostSilent
        }

        It 'finds two names of one host, a local peer URI and an address outside the cluster''s network' {
            Set-ClusterMigrationOption lab -MigrationNetwork 10.78.0.0/24 | Out-Null
            Register-VmHost twin 'qemu+tcp://10.77.0.11:16509/system' -PeerUri qemu:///system -Cluster lab -Force | Out-Null
            $reports = Test-VmHost
            $twin = $reports | Where-Object { $_.Host -eq 'twin' -and -not $_.Peer }
            $twin.Ready | Should -BeFalse
            foreach ($id in 'HostUuidTaken', 'PeerUriLocal', 'MigrationAddressOutsideNetwork') { $twin.Findings.Id | Should -Contain $id }
            (Get-Way $reports h1 twin).Findings.Id | Should -Contain SameHost
        }

        It 'is an error for a name that is not there' {
            Assert-Error (Get-ErrorOf { Test-VmHost h9 }) HostNotFound h9 h9
            Assert-Error (Get-ErrorOf { Test-VmHost h1 -Peer h9 }) HostNotFound h9 h9
            Assert-Error (Get-ErrorOf { Test-VmHost -Cluster nowhere }) ClusterNotFound nowhere nowhere
        }
    }

    Context '-Probe' {
        AfterEach { Get-Probes | Should -BeNullOrEmpty -Because 'nothing of a probe remains' }

        It 'tries each way, and says how the probe fared' {
            $reports = Test-VmHost -Probe
            foreach ($report in (Get-Way $reports h1 h2), (Get-Way $reports h2 h1)) {
                $report.Probe.Outcome | Should -Be Moved
                $report.Probe.Time.TotalSeconds | Should -BeGreaterThan 0
                $report.Probe.Time.TotalSeconds | Should -BeLessThan 20
                $report.Probe.Left.Count | Should -Be 0
                $report.Findings.Id | Should -Contain ProbeMoved
                $report.Findings.Id | Should -Not -Contain LoginUnknown
            }
        }

        It 'touches nothing with -WhatIf, and still reports' {
            $text = Invoke-Shell 'Test-VmHost h1 -Peer h2 -Probe -WhatIf | ForEach-Object { "$($_.Host)>$($_.Peer) probe=$($_.Probe)" }'
            $text | Should -Match 'What if: Migrate a probe from h1 to h2 and end it there'
            $text | Should -Match 'h1>h2 probe=$'
        }

        It 'blocks a way that does not work, and says who could not reach whom' {
            Get-VmHost h2 | Register-VmHost -PeerUri qemu+tcp://10.77.0.12:16999/system -Force | Out-Null
            $report = Get-Way (Test-VmHost h1 -Peer h2 -Probe) h1 h2
            $report.Ready | Should -BeFalse
            $report.Findings[0].Id | Should -Be ProbeFailed
            $report.Findings[0].Present | Should -Match 'the daemon of h1 could not log in to h2 at qemu\+tcp://10\.77\.0\.12:16999/system: '
            $report.Findings[0].Action | Should -Match 'virsh -c qemu\+tcp://10\.77\.0\.12:16999/system version'
        }

        It 'is ended by Ctrl+C, with its probe' {
            Invoke-Lab run h2 -- ip route replace blackhole 10.78.0.11/32
            try {
                $terminal = Open-Terminal
                $offset = (Get-TerminalText $terminal).Length
                Send-Line $terminal '$r = Test-VmHost h1 -Peer h2 -Probe'
                [void](Wait-For 'a probe on h2' { Invoke-Virsh h2 list --all --name | Where-Object { $_ -like 'virtmigration-probe-*' } })
                $watch = [Diagnostics.Stopwatch]::StartNew()
                Send-CtrlC $terminal
                Wait-Text $terminal 'READY> $' 30 $offset
                $watch.Elapsed.TotalSeconds | Should -BeLessThan 13
                Get-TerminalText $terminal $offset | Should -Not -Match 'may still be there'
            }
            finally {
                Close-Terminal $terminal
                Invoke-Lab run h2 -- ip route del blackhole 10.78.0.11/32
            }
        }
    }

    Context 'How it reads' {
        It 'shows blockers, else warnings, and how much is unknown, in 100 columns' {
            Register-RefusingHost
            $view = Test-VmHost | Get-View
            Assert-View $view 'Host +Peer +Ready +Findings'
            $view | Should -Match 'far +False +HostSilent'
            $view | Should -Match 'h1 +h2 +True +2 unknown'
        }

        It 'shows everything as a list' {
            $view = (Test-VmHost h1 -Peer h2)[0] | Format-List | Get-View
            $view | Should -Match 'Findings : '
            $view | Should -Match 'Info MemoryPortsUnknown\s+needed: TCP ports 49152 to 49215'
            (Test-VmHost h1 -Peer h2)[1].Findings | Get-View | Should -Match 'Peer +: h2\s+Severity : '
        }

        It 'goes through JSON without a warning' {
            $back = ConvertTo-AndFromJson (Test-VmHost h1 -Peer h2 -Probe)
            $back[1].Peer | Should -Be h2
            $back[1].Probe.Name | Should -BeLike virtmigration-probe-*
            $back[1].Findings[0].Action | Should -Not -BeNullOrEmpty
        }
    }
}
