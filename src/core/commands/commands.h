/* SPDX-License-Identifier: Apache-2.0
 *
 * commands.h: the step functions of the rows in commands/{common,ios}. The files are named by what they act on:
 * cmd_session.c (who types), cmd_archive.c and cmd_replace.c (configurations as files), cmd_help.c (what helps him),
 * cmd_terminal.c (his own terminal), cmd_line.c and cmd_send.c (other people's lines), cmd_show.c, cmd_config.c
 * (configuration as a whole, reload), cmd_keys.c,
 * cmd_pki.c; hooks.c, cmd_offer.c; passwords.c (rows that carry one).
 */
#ifndef CORE_COMMANDS_H
#define CORE_COMMANDS_H

#include "cmd/cmd.h"

/* Every row's handler or hook: name in the .cmd file, function. */
#define COMMANDS(X)                                                                                                    \
	X("enable", cmd_enable)                                                                                        \
	X("disable", cmd_disable)                                                                                      \
	X("exit", cmd_exit)                                                                                            \
	X("logout", cmd_logout)                                                                                        \
	X("end", cmd_end)                                                                                              \
	X("do", cmd_do)                                                                                                \
	X("configure", cmd_configure)                                                                                  \
	X("configure-replace", cmd_configure_replace)                                                                  \
	X("configure-terminal-revert-timer", cmd_configure_revert_timer)                                               \
	X("configure-confirm", cmd_configure_confirm)                                                                  \
	X("configure-revert-now", cmd_revert_now)                                                                      \
	X("configure-revert-timer", cmd_revert_timer)                                                                  \
	X("archive-config", cmd_archive_config)                                                                        \
	X("archive-path", hook_archive_path)                                                                           \
	X("show-archive", cmd_show_archive)                                                                            \
	X("show-archive-config-differences", cmd_show_differences)                                                     \
	X("show-archive-config-incremental-diffs", cmd_show_incremental)                                               \
	X("show-archive-config-rollback-timer", cmd_show_rollback_timer)                                               \
	X("show-archive-log-config", cmd_show_archive_log)                                                             \
	X("clear-archive-log-config", cmd_clear_archive_log)                                                           \
	X("terminal-length", cmd_terminal_length)                                                                      \
	X("terminal-width", cmd_terminal_width)                                                                        \
	X("terminal-history", cmd_terminal_history)                                                                    \
	X("terminal-editing", cmd_terminal_editing)                                                                    \
	X("show-history", cmd_show_history)                                                                            \
	X("show-terminal", cmd_show_terminal)                                                                          \
	X("show-sessions", cmd_show_sessions)                                                                          \
	X("clear-line", cmd_clear_line)                                                                                \
	X("send", cmd_send)                                                                                            \
	X("lock", cmd_lock)                                                                                            \
	X("terminal-monitor", cmd_terminal_monitor)                                                                    \
	X("show-bootvar", cmd_show_bootvar)                                                                            \
	X("show-authenticity-running", cmd_show_authenticity_running)                                                  \
	X("show-authenticity-file", cmd_show_authenticity_file)                                                        \
	X("show-stacks", cmd_show_stacks)                                                                              \
	X("show-version", cmd_show_version)                                                                            \
	X("show-users", cmd_show_users)                                                                                \
	X("show-line", cmd_show_line)                                                                                  \
	X("show-privilege", cmd_show_privilege)                                                                        \
	X("show-clock", cmd_show_clock)                                                                                \
	X("show-calendar", cmd_show_calendar)                                                                          \
	X("clock-set", cmd_clock_set)                                                                                  \
	X("clock-read-calendar", cmd_clock_read_calendar)                                                              \
	X("show-logging", cmd_show_logging)                                                                            \
	X("debug", cmd_debug)                                                                                          \
	X("debug-all", cmd_debug_all)                                                                                  \
	X("show-hosts", cmd_show_hosts)                                                                                \
	X("show-inventory", cmd_show_inventory)                                                                        \
	X("show-memory", cmd_show_memory)                                                                              \
	X("show-processes", cmd_show_processes)                                                                        \
	X("show-tech-support", cmd_show_tech_support)                                                                  \
	X("show-debugging", cmd_show_debugging)                                                                        \
	X("clear-logging", cmd_clear_logging)                                                                          \
	X("dir", cmd_dir)                                                                                              \
	X("cd", cmd_cd)                                                                                                \
	X("pwd", cmd_pwd)                                                                                              \
	X("mkdir", cmd_mkdir)                                                                                          \
	X("rmdir", cmd_rmdir)                                                                                          \
	X("delete", cmd_delete)                                                                                        \
	X("rename", cmd_rename)                                                                                        \
	X("format", cmd_format)                                                                                        \
	X("fsck", cmd_fsck)                                                                                            \
	X("more", cmd_more)                                                                                            \
	X("verify", cmd_verify)                                                                                        \
	X("show-file-systems", cmd_show_file_systems)                                                                  \
	X("show-file-information", cmd_show_file_information)                                                          \
	X("show-flash:", cmd_show_flash)                                                                               \
	X("secure-image", hook_secure_image)                                                                           \
	X("secure-config", hook_secure_config)                                                                         \
	X("secure-boot-config-restore", cmd_secure_restore)                                                            \
	X("password-recovery", hook_password_recovery)                                                                 \
	X("config-register", cmd_config_register)                                                                      \
	X("no-boot-system", cmd_no_boot_system)                                                                        \
	X("show-secure-bootset", cmd_show_bootset)                                                                     \
	X("show-vrf", cmd_show_vrf)                                                                                    \
	X("show-ip-vrf", cmd_show_ip_vrf)                                                                              \
	X("show-ip-ssh", cmd_show_ip_ssh)                                                                              \
	X("show-ssh", cmd_show_ssh)                                                                                    \
	X("show-running-config", cmd_show_running)                                                                     \
	X("show-startup-config", cmd_show_startup)                                                                     \
	X("show-crypto-key-mypubkey-rsa", cmd_show_mypubkey)                                                           \
	X("show-crypto-key-mypubkey-ec", cmd_show_mypubkey_ec)                                                         \
	X("show-crypto-key-mypubkey-dsa", cmd_show_mypubkey_dsa)                                                       \
	X("write", cmd_write)                                                                                          \
	X("write-terminal", cmd_show_running)                                                                          \
	X("copy", cmd_copy)                                                                                            \
	X("erase-startup-config", cmd_erase_startup)                                                                   \
	X("reload-later", cmd_reload_later)                                                                            \
	X("reload-cancel", cmd_reload_cancel)                                                                          \
	X("show-reload", cmd_show_reload)                                                                              \
	X("reload", cmd_reload)                                                                                        \
	X("crypto-key-generate-rsa", cmd_key_generate)                                                                 \
	X("crypto-key-zeroize-rsa", cmd_key_zeroize)                                                                   \
	X("help", cmd_help_text)                                                                                       \
	X("show-aliases", cmd_show_aliases)                                                                            \
	X("aaa-commands", hook_aaa_commands)                                                                           \
	X("show-tacacs", cmd_show_tacacs)                                                                              \
	X("show-radius-statistics", cmd_show_radius)                                                                   \
	X("show-aaa-sessions", cmd_show_aaa_sessions)                                                                  \
	X("show-aaa-user", cmd_show_aaa_user)                                                                          \
	X("show-aaa-method-lists", cmd_show_method_lists)                                                              \
	X("show-aaa-attributes", cmd_show_aaa_attributes)                                                              \
	X("show-aaa-servers", cmd_show_aaa_servers)                                                                    \
	X("test-aaa", cmd_test_aaa)                                                                                    \
	X("show-aaa-local-user-lockout", cmd_show_lockout)                                                             \
	X("clear-aaa-local-user", cmd_clear_local_user)                                                                \
	X("server-key", hook_server_key)                                                                               \
	X("radius-unsigned", hook_radius_unsigned)                                                                     \
	X("crypto-key-generate-dsa", cmd_key_generate_dsa)                                                             \
	X("crypto-key-generate-ec", cmd_key_generate_ec)                                                               \
	X("crypto-key-zeroize-ec", cmd_key_zeroize_ec)                                                                 \
	X("crypto-key-zeroize-dsa", cmd_key_zeroize_dsa)                                                               \
	X("boot-system", hook_boot_system)                                                                             \
	X("hash-secret", hook_hash_secret)                                                                             \
	X("otp-secret", hook_otp_secret)                                                                               \
	X("crypto-otp-enroll", cmd_otp_enroll)                                                                         \
	X("password-aes", hook_password_aes)                                                                           \
	X("key-config-key", cmd_key_config_key)                                                                        \
	X("version", cmd_version)                                                                                      \
	X("ssh-offer", hook_ssh_offer)                                                                                 \
	X("key-hash", hook_key_hash)                                                                                   \
	X("key-string", hook_key_string)                                                                               \
	X("route", hook_route)                                                                                         \
	X("line-login", hook_line_login)                                                                               \
	X("line-number", hook_line_number)                                                                             \
	X("access-list", hook_access_list)                                                                             \
	X("access-rule", hook_access_rule)                                                                             \
	X("access-class", hook_access_class)                                                                           \
	X("show-access-lists", cmd_show_access_lists)                                                                  \
	X("show-ip-access-lists", cmd_show_ip_access_lists)                                                            \
	X("show-ipv6-access-list", cmd_show_ipv6_access_list)                                                          \
	X("clear-access-list-counters", cmd_clear_access_list)                                                         \
	X("show-ip-ssh-penalty", cmd_show_penalty)                                                                     \
	X("show-login", cmd_show_login)                                                                                \
	X("show-login-failures", cmd_show_login_failures)                                                              \
	X("crypto-pki-import", cmd_pki_import)                                                                         \
	X("crypto-pki-trustpoint", cmd_pki_trustpoint)                                                                 \
	X("show-crypto-pki-certificates", cmd_show_certificates)

#define COMMAND_DECLARE(name, fn) cmd_step_fn fn;
COMMANDS(COMMAND_DECLARE)
#undef COMMAND_DECLARE

#endif
